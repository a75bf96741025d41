'use strict';
// mx-connect.js - the look-ups of npm's mx-connect for the domains of standard input, WINDOW at a time: MX, addresses, TLSA of each
// host. Its own functions in its own order, without the connection that it would then open. mx-connect.js MODULES prints
// how many domains had TLSA records. It takes TLSA records from whatever resolver the system has and does not ask whether
// they were validated.

const fs = require('fs');
const path = require('path');

const WINDOW = 500;
const SMTP = 25;
const lib = path.join(process.argv[2], 'mx-connect', 'lib');
const resolveMX = require(path.join(lib, 'resolve-mx.js'));
const resolveIP = require(path.join(lib, 'resolve-ip.js'));
const dane = require(path.join(lib, 'dane.js'));

if (!dane.hasNativeResolveTlsa) {
    console.error(`Node.js ${process.version} has no dns.resolveTlsa: mx-connect would look up no TLSA records`);
    process.exit(1);
}

async function lookUp(domain) {
    const delivery = { domain, decodedDomain: domain, isIp: false, dnsOptions: { ignoreIPv6: false } };
    await resolveMX(delivery);
    await resolveIP(delivery);
    const sets = await Promise.all(delivery.mx.map(mx => dane.resolveTlsaRecords(mx.exchange, SMTP, {})));
    return sets.some(set => set.length > 0);
}

async function work(domains) {
    let found = 0;
    for (let domain = domains.pop(); domain !== undefined; domain = domains.pop()) {
        try {
            found += (await lookUp(domain)) ? 1 : 0;
        } catch (err) {
            // no MX host, no address, a failed look-up: on to the next
        }
    }
    return found;
}

async function main() {
    const domains = fs.readFileSync(0, 'utf8').split('\n').filter(line => line !== '');
    const workers = Array.from({ length: WINDOW }, () => work(domains));
    console.log((await Promise.all(workers)).reduce((sum, n) => sum + n, 0));
}

main();

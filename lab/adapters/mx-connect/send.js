'use strict';
// send.js - what a user of mx-connect has to write, by its README: connect, upgrade, verify, and go on with the next host. The conversation
// is nodemailer's. One job as JSON on standard input, one result for each message as a line of JSON on standard output. A job's "mapped":
// TLSA records under the names that mx-connect reads.

const dns = require('dns');
const fs = require('fs');
const { Worker, isMainThread, parentPort, workerData } = require('worker_threads');
const mxConnect = require('mx-connect');
const SMTPConnection = require('nodemailer/lib/smtp-connection');

const job = isMainThread ? JSON.parse(fs.readFileSync(0, 'utf8')) : workerData;
const text = fs.readFileSync(job.file);
const patience = job.timeout * 1000;

// dns.resolveTlsa says certUsage, match and data, and puts an empty record before those that it finds behind an alias.
async function resolveMapped(name) {
    const records = await dns.promises.resolveTlsa(name);
    return records.filter(Boolean).map(r => ({ usage: r.certUsage, selector: r.selector, mtype: r.match, cert: Buffer.from(r.data) }));
}

const dane = { enabled: job.policy === 'dane', ...(job.mapped ? { resolveTlsa: resolveMapped } : {}) };

function issuersOf(leaf) {
    const chain = [];
    for (let cert = leaf.issuerCertificate; cert && !chain.some(c => c.raw.equals(cert.raw)); cert = cert.issuerCertificate) {
        chain.push(cert);
    }
    return chain;
}

// Is this the host of the TLSA records? Throws if not; otherwise what can be said of the connection.
function verify(mx, connection) {
    if (!connection.secure) {
        if (mx.requireTls) {
            throw Object.assign(new Error('no TLS, where TLSA records exist'), { claim: 'cleartext' });
        }
        return 'cleartext';
    }
    const leaf = mx.daneVerifier && connection._socket.getPeerX509Certificate();
    const fault = mx.daneVerifier && mx.daneVerifier(mx.hostname, leaf, leaf && issuersOf(leaf));
    if (fault) {
        throw Object.assign(fault, { claim: 'encrypted' });
    }
    return mx.daneVerifier ? 'authenticated' : 'encrypted';
}

// One conversation: the claim about the connection, or the error of the conversation, which has it, and the stage at which it came.
function converse(mx, clear, to) {
    return new Promise((resolve, reject) => {
        let stage = 'session';
        let claim = null;
        const connection = new SMTPConnection({
            connection: mx.socket, host: mx.hostname, port: mx.port, name: job.helo, secure: false,
            requireTLS: Boolean(mx.requireTls), opportunisticTLS: !mx.requireTls, ignoreTLS: clear,
            tls: { rejectUnauthorized: false, servername: mx.hostname },
            connectionTimeout: patience * 3, greetingTimeout: patience, socketTimeout: patience
        });
        const fail = err => {
            reject(Object.assign(err, { stage: connection.upgrading ? 'handshake' : stage, claim: err.claim || claim }));
            connection.close();
        };
        connection.on('error', fail);
        connection.on('end', () => fail(new Error('the connection was closed')));
        connection.connect(() => {
            try {
                claim = verify(mx, connection);
            } catch (err) {
                return fail(err);
            }
            stage = 'mail';
            connection.send({ from: job.from, to: [to], size: text.length }, text, err => {
                if (err) {
                    return fail(err);
                }
                connection.quit();
                return resolve(claim);
            });
        });
    });
}

// The next host may be tried if this one has not answered the transaction; after the message nobody knows whether it was taken.
function mayGoOn(err) {
    return err.stage !== 'mail' || (!err.responseCode && err.command !== 'DATA') || err.responseCode === 421;
}

async function deliver(message) {
    const claims = [];
    const tried = [];
    const clear = new Set();
    const finish = (outcome, said) => ({ id: message.id, outcome, text: said, claims });
    let last = null;
    for (;;) {
        let mx;
        try {
            mx = await mxConnect({ target: message.to, maxConnectTime: patience, dane, ignoreMXHosts: tried, mxLastError: last });
        } catch (err) {
            const gone = err !== last && err.category === 'dns' && !err.temporary;
            return finish(gone && !last ? 'bounced' : 'deferred', err.response || err.message);
        }
        try {
            claims.push({ address: mx.host, result: await converse(mx, clear.has(mx.host), message.to) });
            return finish('delivered', 'accepted by ' + mx.hostname);
        } catch (err) {
            last = err;
            if (err.claim) {
                claims.push({ address: mx.host, result: err.claim });
            }
            if (!mayGoOn(err)) {
                return finish(err.responseCode >= 500 ? 'bounced' : 'deferred', err.message);
            }
            if (err.stage === 'handshake' && !mx.requireTls && !clear.has(mx.host)) {
                clear.add(mx.host);
            } else {
                tried.push(mx.host);
            }
        }
    }
}

// Each message in a thread with a resolver of its own, since one bad answer fails all questions that a resolver has asked: what becomes of
// one domain must not depend on the others. A job's "together": all in one, as a program does that knows nothing of this.
function print(result) {
    console.log(JSON.stringify(result));
}

function startThread(queue) {
    const thread = new Worker(__filename, { workerData: job });
    let current = queue.shift();
    const next = () => (current ? thread.postMessage(current) : thread.postMessage(null));
    thread.on('message', result => {
        print(result);
        current = queue.shift();
        next();
    });
    thread.on('error', err => {
        print({ id: current.id, outcome: 'crashed', text: String(err.stack), claims: [] });
        startThread(queue);
    });
    next();
}

if (!isMainThread) {
    parentPort.on('message', async message => (message ? parentPort.postMessage(await deliver(message)) : process.exit(0)));
} else if (job.together) {
    Promise.all(job.messages.map(async message => print(await deliver(message)))).then(() => process.exit(0));
} else {
    for (let i = Math.min(job.jobs, job.messages.length); i > 0; i--) {
        startThread(job.messages);
    }
}

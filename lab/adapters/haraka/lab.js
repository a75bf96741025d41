'use strict'
// Takes every message on behalf of the lab, and prints one line of JSON for each outcome of an attempt.

exports.register = function () {
    this.register_hook('connect_init', 'trust')
    this.register_hook('rcpt', 'accept')
    for (const outcome of ['delivered', 'deferred', 'bounce']) this.register_hook(outcome, outcome)
}

exports.trust = (next, connection) => {
    connection.relaying = true
    next()
}

exports.accept = (next) => next(OK)

function say(hmail, outcome, text) {
    for (const to of hmail.todo.rcpt_to) {
        const address = `${to.user}@${to.host}`
        process.stdout.write(`LAB ${JSON.stringify({ to: address, outcome, text: String(text) })}\n`)
    }
}

exports.delivered = (next, hmail, [host, ip, response]) => {
    say(hmail, 'delivered', `${host} ${ip} ${response}`)
    next()
}

exports.deferred = (next, hmail, { err }) => {
    say(hmail, 'deferred', err)
    next()
}

exports.bounce = (next, hmail, error) => {
    say(hmail, 'bounced', error)
    next(OK) // no message about it
}

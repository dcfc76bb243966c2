// Preloaded into the Playground: it listens on every interface otherwise, answers to any host name (DNS rebinding)
// and to any site's page, and outlives whoever started it.
'use strict';
const http = require('http');
const net = require('net');

const listen = net.Server.prototype.listen;
net.Server.prototype.listen = function (...args) {
    if (typeof args[0] === 'number' && typeof args[1] !== 'string') args.splice(1, 0, '127.0.0.1');
    return listen.apply(this, args);
};

const emit = http.Server.prototype.emit;
http.Server.prototype.emit = function (event, request, other) {
    const asked = event === 'request' || event === 'upgrade';
    if (asked && (request.headers.origin || !/^(127\.0\.0\.1|localhost)(:\d+)?$/.test(request.headers.host || ''))) {
        request.socket.destroy();
        return true;
    }
    return emit.apply(this, arguments);
};

// The one who starts it holds the other end of standard input and never writes; it closes when they are gone.
process.stdin.on('error', () => process.exit(0)).on('end', () => process.exit(0)).resume();

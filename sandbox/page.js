// Loaded into the Playground's page before its own script. The page takes no message any more once it was told one whose
// conversation or thread it does not know, and a page that is opened late or anew is told nothing of what was said.
'use strict';
(() => {
    const Native = window.WebSocket;
    const last = document.currentScript.dataset.last; // what the list of conversations holds once it is the real one
    const me = crypto.randomUUID(); // so that this page is not told what was typed here
    let told = false; // a stream that is opened again, after an error, must not repeat what the page has
    let underway = 0; // what was typed here, while the page does not know yet under which thread it stands

    const drawn = () => [...document.querySelectorAll('[role="treeitem"]')].some((one) => one.ariaLabel === last);
    const ready = () => underway === 0 && drawn();

    window.WebSocket = class extends Native {
        constructor(url, ...rest) {
            const stream = String(url).endsWith('/conversations/stream');
            super(stream ? `${url}?page=${me}${told ? '' : '&all'}` : url, ...rest);
            told ||= stream;
        }

        addEventListener(kind, listener, ...rest) {
            if (kind !== 'message') return super.addEventListener(kind, listener, ...rest);
            const waiting = [];
            const tell = () => { while (waiting.length && ready()) listener(waiting.shift()); };
            const timer = setInterval(tell, 50);
            super.addEventListener('close', () => clearInterval(timer));
            return super.addEventListener(kind, (event) => { waiting.push(event); tell(); }, ...rest);
        }
    };

    const { open, send } = XMLHttpRequest.prototype;
    XMLHttpRequest.prototype.open = function (method, url, ...rest) {
        this.typed = method.toUpperCase() === 'POST' && /\/conversations\/[^/]+\/messages$/.test(url);
        return open.call(this, method, url, ...rest);
    };
    XMLHttpRequest.prototype.send = function (...args) {
        if (this.typed) {
            underway += 1;
            this.setRequestHeader('X-Page', me);
            // The page has read the answer when the tasks that end the request are done.
            this.addEventListener('loadend', () => setTimeout(() => { underway -= 1; }));
        }
        return send.apply(this, args);
    };
})();

// Before the page itself, which looks for it when it is loaded.
Object.assign(globalThis, { withSignals: true });

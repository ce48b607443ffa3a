// node:http without its import. To an ES module that imports it, Node hands every export at once, the lazy ones too: a
// browser's WebSocket among them, with all of undici behind it (13 MB and 90 ms, Node 24.21). Nobody here uses those.

export const http: typeof import('node:http') = process.getBuiltinModule('node:http');

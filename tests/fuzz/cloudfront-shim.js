// The module `cloudfront` for Debian's njs, with a store that fails in every shape a case names. A value is the text itself, or
// {"f":<shape>,"v":<value>}: reject, throw, late, as (that value whatever was asked for), never-json (text that is no JSON).
var world = { pairs: null, log: null, reads: 0 };

function plain(key, text, json) {
    if (text === undefined) throw new Error('KeyNotFound');
    return json ? JSON.parse(text) : text;
}

async function later(turns) {
    for (var i = 0; i < turns; i++) await Promise.resolve();
}

async function get(key, options) {
    world.reads++;
    var json = options && options.format === 'json';
    var entry = world.pairs[key];
    if (entry === undefined || typeof entry === 'string') return plain(key, entry, json);
    if (entry.f === 'reject') throw new Error('unreadable');
    if (entry.f === 'odd') throw entry.v;
    if (entry.f === 'late') {
        await later(5);
        return plain(key, entry.v, json);
    }
    return entry.v;
}

async function exists(key) {
    world.reads++;
    var entry = world.pairs[key];
    if (entry !== undefined && entry.f === 'exists') return entry.v;
    if (entry !== undefined && typeof entry !== 'string') throw new Error('unreadable');
    return entry !== undefined;
}

export default {
    world: world,
    kvs: function () {
        if (!world.pairs) throw new Error('no key value store is associated with this function');
        return { get: get, exists: exists };
    },
    logCustomData: function (text) {
        world.log = text;
    }
};

// The module `cloudfront` for Debian's njs: a store that the driver fills for each case. A miss rejects, as on CloudFront.
var world = { pairs: null, fault: null, log: null, reads: 0 };

function read(key, options) {
    world.reads++;
    if (world.fault === key || world.fault === '*') throw new Error('unreadable in this case');
    if (world.pairs[key] === undefined) throw new Error('KeyNotFound');
    return options && options.format === 'json' ? JSON.parse(world.pairs[key]) : world.pairs[key];
}

async function exists(key) {
    world.reads++;
    if (world.fault === key || world.fault === '*') throw new Error('unreadable in this case');
    return world.pairs[key] !== undefined;
}

async function get(key, options) {
    var value = read(key, options);
    return value;
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

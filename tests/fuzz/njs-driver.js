// Appended to the shipped session function: runs every case of one file on it, each with its own table, and writes short answers.
import driverFs from 'fs';

function driverShort(out) {
    if (!out || typeof out !== 'object') return [-1, ''];
    return out.statusCode === undefined ? [0, ''] : [out.statusCode, out.headers.location ? out.headers.location.value : ''];
}

async function driverOne(one, tables) {
    var seen = cf.world;
    seen.pairs = one.store;
    seen.log = null;
    seen.reads = 0;
    T = tables[one.table];
    Date.now = function () { return one.now * 1000; };
    one.event.request.rawQueryString = function () { return undefined; };
    var short = [-1, ''];
    try {
        var out = await handler(one.event);
        short = driverShort(out);
    } catch (e) {
        short = [-1, String(e)];
    }
    return [short[0], seen.log, short[1], seen.reads];
}

async function driverAll() {
    var work = JSON.parse(driverFs.readFileSync(process.argv[2], 'utf8'));
    var answers = [];
    for (var i = 0; i < work.cases.length; i++) {
        var answer = await driverOne(work.cases[i], work.tables);
        answers.push(JSON.stringify(answer));
    }
    driverFs.writeFileSync(process.argv[3], '[' + answers.join(',') + ']');
}

driverAll().catch(function (e) {
    console.log('driver: ' + e);
});

// Appended to the function's bytes: runs every case of the file named first and writes the answers to the file named second.
import driverFs from 'fs';

function driverRaw(text) {
    return function () {
        return text === null ? undefined : text;
    };
}

async function driverOne(one) {
    var seen = cf.world;
    seen.pairs = one.store;
    seen.fault = one.fault;
    seen.log = null;
    seen.reads = 0;
    Date.now = function () { return one.now; };
    var answer = {};
    try {
        one.event.request.rawQueryString = driverRaw(one.raw);
        var out = await handler(one.event);
        answer.out = out;
    } catch (e) {
        answer.error = String(e);
    }
    answer.log = seen.log;
    answer.reads = seen.reads;
    return answer;
}

async function driverAll() {
    var cases = JSON.parse(driverFs.readFileSync(process.argv[2], 'utf8'));
    var answers = [];
    for (var i = 0; i < cases.length; i++) {
        var answer = await driverOne(cases[i]);
        answers.push(JSON.stringify(answer));
    }
    driverFs.writeFileSync(process.argv[3], '[' + answers.join(',') + ']');
}

driverAll().catch(function (e) {
    console.log('driver: ' + e);
});

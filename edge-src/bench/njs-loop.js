// Appended to a function: how long one run takes, the parsing of its event subtracted, in microseconds.
import loopFs from 'fs';

async function loopRounds() {
    var setup = JSON.parse(loopFs.readFileSync(process.argv[2], 'utf8'));
    var text = JSON.stringify(setup.event);
    var answer = {};
    var i, from, parsing, running;
    cf.world.pairs = setup.store;
    from = Date.now();
    for (i = 0; i < setup.rounds; i++) JSON.parse(text);
    parsing = Date.now() - from;
    from = Date.now();
    for (i = 0; i < setup.rounds; i++) {
        var event = JSON.parse(text);
        answer = await handler(event);
    }
    running = Date.now() - from;
    console.log(JSON.stringify({ micros: ((running - parsing) * 1000) / setup.rounds, passed: answer.statusCode === undefined }));
}

loopRounds().catch(function (e) {
    console.log('{"error":"' + e + '"}');
});

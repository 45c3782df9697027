// Appended to a function: how long one run takes, the parsing of its event subtracted, in microseconds. Each is the best of several
// blocks, since whatever else runs on the machine only adds.
import loopFs from 'fs';

async function loopRounds() {
    var setup = JSON.parse(loopFs.readFileSync(process.argv[2], 'utf8'));
    var text = JSON.stringify(setup.event);
    var answer = {};
    var parsing = Infinity;
    var running = Infinity;
    var block, i, from, event;
    cf.world.pairs = setup.store;
    for (block = 0; block < setup.blocks; block++) {
        from = Date.now();
        for (i = 0; i < setup.rounds; i++) JSON.parse(text);
        parsing = Math.min(parsing, Date.now() - from);
        from = Date.now();
        for (i = 0; i < setup.rounds; i++) {
            event = JSON.parse(text);
            answer = await handler(event);
        }
        running = Math.min(running, Date.now() - from);
    }
    console.log(JSON.stringify({ micros: ((running - parsing) * 1000) / setup.rounds, passed: answer.statusCode === undefined }));
}

loopRounds().catch(function (e) {
    console.log('{"error":"' + e + '"}');
});

// Makes load over bare sockets and prints one JSON line of what it saw. Counts are exact: it never leaves a request
// half-way.
//   load closed URL KEY --requests N --connections C            as fast as it goes
//   load open   URL KEY --rate R --seconds S --connections C    at a fixed rate, whatever the answers do
//   load burst  URL KEY --connections C                         all at once
//   load abandon URL KEY --requests N --connections C           reset before the end of the answer, each on its own connection
//   load ready  URL -- COMMAND ARGS…                            from process start to a 200 of URL
// The first four take --body BYTES, --stream, --models N, --delay MS (before the upstream's answer) and --interval MS
// (between the pieces of its stream). KEY may be @FILE, with a key in each line.
using Weir.Bench.Load;

return args switch
{
    ["closed", ..] => await ClosedLoop.RunAsync(LoadOptions.Parse(args)),
    ["open", ..] => await OpenLoop.RunAsync(LoadOptions.Parse(args)),
    ["burst", ..] => await Burst.RunAsync(LoadOptions.Parse(args)),
    ["abandon", ..] => await Abandon.RunAsync(LoadOptions.Parse(args)),
    ["ready", var url, "--", .. var command] => await Readiness.RunAsync(new Uri(url), command),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("load closed|open|burst|abandon|ready: see the head of Program.cs");
    return 2;
}

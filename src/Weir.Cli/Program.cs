using Weir.Cli;
using Weir.Cli.StatusLine;

// An agent waits for its status line at every message: it goes past everything else.
return StatusLineProgram.TryRun(args, out var exitCode) ? exitCode : await WeirCommandLine.RunAsync(args);

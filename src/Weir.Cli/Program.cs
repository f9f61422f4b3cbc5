using Weir.Cli;

return await WeirCommandLine.RunAsync(args);

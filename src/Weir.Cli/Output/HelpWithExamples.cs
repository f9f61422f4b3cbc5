using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.Runtime.CompilerServices;

namespace Weir.Cli.Output;

/// <summary>The usual help, with the command's examples at its foot.</summary>
internal sealed class HelpWithExamples : SynchronousCommandLineAction
{
    public override int Invoke(ParseResult parseResult)
    {
        var result = new HelpAction().Invoke(parseResult);
        var examples = Examples.Of(parseResult.CommandResult.Command);
        if (examples.Count > 0)
        {
            var output = parseResult.InvocationConfiguration.Output;
            output.WriteLine("Examples:");
            foreach (var example in examples)
            {
                output.WriteLine($"  {example}");
            }

            output.WriteLine();
        }

        return result;
    }
}

/// <summary>Examples that belong to commands.</summary>
internal static class Examples
{
    private static readonly ConditionalWeakTable<Command, IReadOnlyList<string>> Known = [];

    /// <summary>Gives a command its examples.</summary>
    public static T WithExamples<T>(this T command, params IReadOnlyList<string> examples)
        where T : Command
    {
        Known.Add(command, examples);
        return command;
    }

    /// <summary>A command's examples; of a group, the first of each of its commands.</summary>
    public static IReadOnlyList<string> Of(Command command) =>
        Known.TryGetValue(command, out var examples)
            ? examples
            : [.. command.Subcommands.SelectMany(inner => Of(inner).Take(1))];
}

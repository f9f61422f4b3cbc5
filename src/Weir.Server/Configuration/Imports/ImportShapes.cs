using Weir.Client;

namespace Weir.Server.Configuration.Imports;

/// <summary>From an import to the public API's shape.</summary>
public static class ImportShapes
{
    /// <summary>What another program's configuration comes to.</summary>
    public static ConfigImportResult Result(ImportOutcome outcome) =>
        new()
        {
            From = outcome.Program,
            Text = outcome.Text,
            Notes = [.. outcome.Notes.Select(note => new ConfigImportNote(note.Path, note.Message))],
            Variables = [.. outcome.Variables.Select(one => new ConfigImportVariable(one.Name, one.Reason))],
            Faults =
            [
                .. outcome.Faults.Select(fault => new ConfigFaultItem(
                    fault.Line,
                    fault.Column,
                    fault.Key,
                    fault.Message,
                    fault.Hint
                )),
            ],
        };
}

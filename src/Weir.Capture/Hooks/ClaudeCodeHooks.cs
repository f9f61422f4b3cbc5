using System.Globalization;
using Weir.Capture.Agents;
using Weir.Foundation;

namespace Weir.Capture.Hooks;

/// <summary>
/// What Claude Code's hooks tell: the life of a session, prompts, tools, subagents, waiting for permissions, failures. Thread-safe.
/// A request for permission does not say for which call it is: the calls that have begun are remembered for each session, a bounded
/// number, and looked up by their input.
/// </summary>
internal sealed class ClaudeCodeHooks
{
    private const string Client = "claude-code";
    private const int MostOpen = 4_096;

    private readonly Lock access = new();
    private readonly LinkedList<Call> calls = [];

    /// <summary>Reads one message of a hook.</summary>
    /// <param name="workspace">The tenant, from the sender's key.</param>
    /// <param name="json">The message.</param>
    /// <param name="at">When it came: messages do not say when they were made, and are sent at once.</param>
    /// <param name="caught">Where what it says is put.</param>
    /// <returns>Whether it was JSON; one that says nothing of use is counted in <paramref name="caught"/>.</returns>
    public bool TryRead(WorkspaceId workspace, ReadOnlySpan<byte> json, DateTimeOffset at, Catch caught)
    {
        if (HookReading.Read(json) is not { } hook)
        {
            return false;
        }

        if (hook is not { Session: { } session, Event: { } name })
        {
            caught.Skip("no session");
            return true;
        }

        caught.Session(
            new SessionFacts
            {
                Session = session,
                Client = Client,
                FirstAt = at,
                LastAt = at,
                Folder = hook.Folder,
            }
        );
        var story = new SessionEvent
        {
            Kind = SessionEventKind.None,
            Session = session,
            Id = "",
            Agent = hook.Agent,
        };
        switch (name)
        {
            case "SessionStart":
                caught.Events.Add(Life(story, at, hook.Word == "startup" ? "start" : hook.Word ?? "start"));
                break;
            case "SessionEnd":
                AddUnanswered(workspace, caught, story, at);
                caught.Events.Add(Life(story, at, "end"));
                break;
            case "UserPromptSubmit":
                AddUnanswered(workspace, caught, story, at);
                AddPrompt(caught, story, hook, at);
                break;
            case "Stop":
                AddUnanswered(workspace, caught, story, at);
                AddTurn(caught, story, hook, at, succeeded: true);
                break;
            case "StopFailure":
                AddUnanswered(workspace, caught, story, at);
                AddTurn(caught, story, hook, at, succeeded: false);
                AddFailure(caught, story, hook, at);
                break;
            case "PreToolUse" or "PostToolUse" or "PostToolUseFailure" when hook.ToolUse is not null:
                AddTool(workspace, caught, story, hook, at);
                break;
            case "PermissionRequest" or "PermissionDenied":
                AddPermission(workspace, caught, story, hook, at);
                break;
            case "SubagentStart" or "SubagentStop" when hook.Agent is { } agent:
                caught.Events.Add(
                    story with
                    {
                        Kind = SessionEventKind.Agent,
                        Id = agent,
                        // The event is the subagent itself, not one inside it.
                        Agent = null,
                        Name = hook.AgentType,
                        StartedAt = name == "SubagentStart" ? at : null,
                        EndedAt = name == "SubagentStop" ? at : null,
                    }
                );
                break;
            case "PreCompact" or "PostCompact":
                caught.Events.Add(
                    story with
                    {
                        Kind = SessionEventKind.Compaction,
                        Id = "hook:" + (hook.Prompt ?? Stamp(at)),
                        Name = hook.Word,
                        StartedAt = name == "PreCompact" ? at : null,
                        EndedAt = name == "PostCompact" ? at : null,
                    }
                );
                break;
            case "CwdChanged":
                // The facts above have it.
                break;
            default:
                caught.Skip("hook event");
                break;
        }

        return true;
    }

    private static SessionEvent Life(SessionEvent story, DateTimeOffset at, string word) =>
        story with
        {
            Kind = SessionEventKind.Life,
            Id = $"{word}:{Stamp(at)}",
            Name = word,
            StartedAt = at,
            Agent = null,
        };

    private static void AddPrompt(Catch caught, SessionEvent story, HookReading hook, DateTimeOffset at)
    {
        if (hook.Prompt is not { } prompt)
        {
            caught.Skip("prompt without id");
            return;
        }

        caught.Events.Add(story with { Kind = SessionEventKind.Prompt, Id = prompt, StartedAt = at });
    }

    private static void AddTurn(
        Catch caught,
        SessionEvent story,
        HookReading hook,
        DateTimeOffset at,
        bool succeeded
    ) =>
        caught.Events.Add(
            story with
            {
                Kind = SessionEventKind.Turn,
                Id = hook.Prompt ?? Stamp(at),
                Parent = hook.Prompt,
                EndedAt = at,
                Succeeded = succeeded,
            }
        );

    private static void AddFailure(Catch caught, SessionEvent story, HookReading hook, DateTimeOffset at)
    {
        caught.Events.Add(
            story with
            {
                Kind = SessionEventKind.Error,
                Id = $"stop:{hook.Prompt ?? Stamp(at)}",
                Parent = hook.Prompt,
                Name = hook.Error ?? "unknown",
                EndedAt = at,
                Succeeded = false,
            }
        );
        if (hook.Error is "rate_limit" or "billing_error")
        {
            caught.Limits.Add(
                new LimitWord(at, Client, story.Session, LimitWordKind.Message, Text: null, Scope: hook.Error)
            );
        }
    }

    private void AddTool(WorkspaceId workspace, Catch caught, SessionEvent story, HookReading hook, DateTimeOffset at)
    {
        var begins = hook.Event == "PreToolUse";
        caught.Events.Add(
            story with
            {
                Kind = SessionEventKind.Tool,
                Id = hook.ToolUse!,
                Name = hook.Tool,
                // The duration leaves waiting for the permission out: the call began before its tool did.
                StartedAt = begins ? at : null,
                EndedAt = begins ? null : at,
                Duration = hook.Duration,
                Succeeded = begins ? null : hook.Event == "PostToolUse",
            }
        );
        lock (access)
        {
            if (begins)
            {
                calls.AddLast(
                    new Call(workspace, story.Session, hook.Agent, hook.Tool, hook.ToolUse!, hook.InputPrint)
                );
                if (calls.Count > MostOpen)
                {
                    calls.RemoveFirst();
                }

                return;
            }

            if (Find(call => call.IsOf(workspace, story.Session) && call.Id == hook.ToolUse) is not { } done)
            {
                return;
            }

            calls.Remove(done);
            if (done.Value.AskedAt is { } asked)
            {
                caught.Events.Add(
                    story with
                    {
                        Kind = SessionEventKind.Permission,
                        Id = hook.ToolUse!,
                        Name = hook.Tool,
                        StartedAt = asked,
                        // What the tool did not take of the time since the question was waiting.
                        EndedAt =
                            at - (hook.Duration ?? TimeSpan.Zero) is var granted && granted > asked ? granted : at,
                        Succeeded = true,
                    }
                );
            }
        }
    }

    private void AddPermission(
        WorkspaceId workspace,
        Catch caught,
        SessionEvent story,
        HookReading hook,
        DateTimeOffset at
    )
    {
        var isQuestion = hook.Event == "PermissionRequest";
        var id = hook.ToolUse;
        lock (access)
        {
            var found = Find(call =>
                call.IsOf(workspace, story.Session)
                && (id is null ? call.Tool == hook.Tool && call.Input == hook.InputPrint : call.Id == id)
            );
            id ??= found?.Value.Id;
            if (isQuestion)
            {
                found?.Value.AskedAt = at;
            }
            else if (found is not null)
            {
                calls.Remove(found);
            }
        }

        caught.Events.Add(
            story with
            {
                Kind = SessionEventKind.Permission,
                Id = id ?? "hook:" + Stamp(at),
                Name = hook.Tool,
                StartedAt = isQuestion ? at : null,
                EndedAt = isQuestion ? null : at,
                Succeeded = isQuestion ? null : false,
            }
        );
    }

    /// <summary>The agent has gone on without the calls that it had asked for: they were refused.</summary>
    private void AddUnanswered(WorkspaceId workspace, Catch caught, SessionEvent story, DateTimeOffset at)
    {
        lock (access)
        {
            for (var node = calls.First; node is not null; )
            {
                var (call, next) = (node.Value, node.Next);
                if (call.IsOf(workspace, story.Session) && call.Agent == story.Agent)
                {
                    calls.Remove(node);
                    if (call.AskedAt is { } asked)
                    {
                        caught.Events.Add(
                            story with
                            {
                                Kind = SessionEventKind.Permission,
                                Id = call.Id,
                                Name = call.Tool,
                                StartedAt = asked,
                                EndedAt = at,
                                Succeeded = false,
                            }
                        );
                    }
                }

                node = next;
            }
        }
    }

    /// <summary>The latest call that is so.</summary>
    private LinkedListNode<Call>? Find(Func<Call, bool> isIt)
    {
        for (var node = calls.Last; node is not null; node = node.Previous)
        {
            if (isIt(node.Value))
            {
                return node;
            }
        }

        return null;
    }

    private static string Stamp(DateTimeOffset at) =>
        at.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);

    private sealed class Call(
        WorkspaceId workspace,
        string session,
        string? agent,
        string? tool,
        string id,
        ulong input
    )
    {
        public string? Agent { get; } = agent;

        public string? Tool { get; } = tool;

        public string Id { get; } = id;

        public ulong Input { get; } = input;

        public DateTimeOffset? AskedAt { get; set; }

        public bool IsOf(WorkspaceId owner, string of) => workspace == owner && session == of;
    }
}

using Weir.Foundation;

namespace Weir.Identity.Tests.ApiKeys;

/// <summary>Nobody fills the server's memory by making keys.</summary>
public sealed class KeyLimitTests : IDisposable
{
    private static readonly CancellationToken Never = CancellationToken.None;
    private readonly IdentityHouse house = new();

    public void Dispose() => house.Dispose();

    [Fact]
    public async Task One_person_has_so_many_living_keys_and_no_more()
    {
        house.Person("ada", WorkspaceId.Default, "admin");
        house.Person("grace", WorkspaceId.Default, "admin");
        Copy(KeyRing.MostOwnKeys - 1, (await MakeAsync("first", "ada")).Key!.Id);

        var refused = await MakeAsync("one-more", "ada");

        Assert.Equal(ChangeOutcome.Refused, refused.Outcome);
        Assert.Contains("100 living keys", refused.Reason, StringComparison.Ordinal);
        Assert.Equal(ChangeOutcome.Done, (await MakeAsync("hers", "grace")).Outcome);
        await house.Store.Keys.RevokeAsync(Actors.Admin, "first", Never);
        Assert.Equal(ChangeOutcome.Done, (await MakeAsync("one-more", "ada")).Outcome);
    }

    [Fact]
    public async Task A_workspace_has_so_many_living_keys_and_no_more()
    {
        Copy(KeyRing.MostKeys - 1, (await MakeAsync("first", null)).Key!.Id);

        var refused = await MakeAsync("one-more", null);

        Assert.Equal(ChangeOutcome.Refused, refused.Outcome);
        Assert.Contains("10000 living keys", refused.Reason, StringComparison.Ordinal);
        // One that has expired takes no place.
        house.Tamper("UPDATE api_key SET expires_at = 1 WHERE name = 'copy-1'");
        Assert.Equal(ChangeOutcome.Done, (await MakeAsync("one-more", null)).Outcome);
    }

    private Task<KeyChange> MakeAsync(string name, string? owner) =>
        house.Store.Keys.CreateAsync(Actors.Admin, new NewApiKey { Name = name, Owner = owner }, Never);

    private void Copy(int times, string id) =>
        house.Tamper(
            """
            WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < @times)
            INSERT INTO api_key (id, workspace, name, prefix, scopes, owner, created_at)
            SELECT id || '-' || i, workspace, 'copy-' || i, prefix, scopes, owner, created_at FROM api_key, n WHERE id = @id
            """,
            new { times, id }
        );
}

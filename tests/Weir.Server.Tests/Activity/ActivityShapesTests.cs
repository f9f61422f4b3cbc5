using System.Runtime.CompilerServices;
using Weir.Gateway.Activities;
using Weir.Server.Api.Activities;

namespace Weir.Server.Tests.Activities;

public sealed class ActivityShapesTests
{
    public static TheoryData<string> Kinds => [.. ActivityKinds.All.Select(kind => kind.Name)];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Every_kind_of_event_has_a_shape_in_the_api(string name)
    {
        var kind = ActivityKinds.All.Single(kind => kind.Name == name);
        var details = (ActivityDetails)RuntimeHelpers.GetUninitializedObject(kind.Details);
        var happened = new ActivityEvent(default, null, ActivitySubject.None, details);

        var item = ActivityShapesOf.Item(new StoredActivity(1, happened));

        Assert.Equal(name, item.Kind);
    }

    [Fact]
    public void What_was_set_in_the_place_of_the_documents_is_told_whole()
    {
        var until = new DateTimeOffset(2026, 7, 2, 12, 0, 0, TimeSpan.Zero);
        var subject = new ActivitySubject { Provider = "first", Actor = "ana" };
        var details = new OverrideSetDetails("route-moved", "coding", until, "slow today");

        var item = ActivityShapesOf.Item(new StoredActivity(1, new ActivityEvent(default, null, subject, details)));

        Assert.Equal("route-moved", item.Details.Override);
        Assert.Equal("coding", item.Details.Route);
        Assert.Equal(until, item.Details.Until);
        Assert.Equal("slow today", item.Details.Because);
    }
}

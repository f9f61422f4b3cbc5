namespace Weir.PageTour;

internal static class Measurements
{
    public static Task TakeAsync() => Task.CompletedTask;
}

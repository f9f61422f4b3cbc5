namespace Weir.PageTour;

internal static class ClaudeFilm
{
    public static Task TakeAsync(string folder) => Task.CompletedTask;
}

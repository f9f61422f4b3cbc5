using Weir.PageTour;

// Looks at the pages as people do, for people to look at: web/tour.sh says how it is run.
switch (args)
{
    case ["screenshots", var folder]:
        await Screenshots.TakeAsync(folder);
        return 0;
    case ["claude", var folder]:
        await ClaudeFilm.TakeAsync(folder);
        return 0;
    case ["measure"]:
        await Measurements.TakeAsync();
        return 0;
    default:
        await Console.Error.WriteLineAsync("usage: PageTour screenshots FOLDER | claude FOLDER | measure");
        return 2;
}

namespace Weir.Cli.Top;

/// <summary>The keys of the terminal.</summary>
internal static class TopKeyboard
{
    /// <summary>Tells every key from now on, from a thread that waits for them and holds up no process that ends.</summary>
    public static void Listen(Action<TopMessage> post) =>
        new Thread(() =>
        {
            try
            {
                while (true)
                {
                    post(new Pressed(Console.ReadKey(intercept: true)));
                }
            }
            catch (Exception gone) when (gone is InvalidOperationException or IOException)
            {
                // The terminal is gone: whoever closed it sends a signal too, which ends the program.
            }
        })
        {
            IsBackground = true,
            Name = "weir top: keys",
        }.Start();
}

namespace Weir.Fuzz.Engine;

/// <summary>Makes a failing input small: takes out ever smaller blocks, then makes plain what is left.</summary>
internal static class Minimiser
{
    private const int MostTries = 4000;

    /// <summary>The smallest input found for which the condition still holds.</summary>
    public static byte[] Minimise(byte[] input, Func<byte[], bool> stillFails)
    {
        var tries = 0;
        var smallest = input;
        for (var size = Math.Max(1, input.Length / 2); size > 0; size /= 2)
        {
            for (var at = 0; at < smallest.Length && tries < MostTries; )
            {
                byte[] shorter = [.. smallest[..at], .. smallest[Math.Min(at + size, smallest.Length)..]];
                tries++;
                if (stillFails(shorter))
                {
                    smallest = shorter;
                }
                else
                {
                    at += size;
                }
            }
        }

        for (var at = 0; at < smallest.Length && tries < MostTries; at++)
        {
            foreach (var plain in "a0 "u8)
            {
                if (smallest[at] is (byte)'a' or (byte)'0' or (byte)' ')
                {
                    break;
                }

                var plainer = smallest.ToArray();
                plainer[at] = plain;
                tries++;
                if (stillFails(plainer))
                {
                    smallest = plainer;
                    break;
                }
            }
        }

        return smallest;
    }
}

namespace Weir.Gateway.Pipeline;

/// <summary>Answers the model lists out of the configuration and the price catalogue; no upstream is asked.</summary>
internal static class ModelListing
{
    public static Task AnswerAsync(Exchange exchange, Func<Exchange, int, string, Task> refuse) =>
        refuse(exchange, 404, "not yet");
}

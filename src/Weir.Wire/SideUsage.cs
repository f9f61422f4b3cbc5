using Weir.Foundation;

namespace Weir.Wire;

/// <summary>Usage of another model inside one answer. When there were several models, the last one named stands for all.</summary>
public readonly record struct SideUsage(string? Model, TokenUsage Usage);

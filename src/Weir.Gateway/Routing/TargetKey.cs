using Weir.Foundation;

namespace Weir.Gateway.Routing;

/// <summary>What routing's measurements are kept by: names, so that they outlive a snapshot.</summary>
/// <param name="Workspace">Whose requests were measured.</param>
/// <param name="Provider">The provider's name.</param>
/// <param name="Model">The model that is asked for there; empty where none is named.</param>
internal readonly record struct TargetKey(WorkspaceId Workspace, string Provider, string Model);

/// <summary>A session on a route.</summary>
/// <param name="Workspace">Whose it is.</param>
/// <param name="Route">The route's name.</param>
/// <param name="Session">The session.</param>
internal readonly record struct SessionKey(WorkspaceId Workspace, string Route, string Session);

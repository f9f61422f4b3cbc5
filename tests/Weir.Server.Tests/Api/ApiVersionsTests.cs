using Microsoft.AspNetCore.Http;
using Weir.Server.Api;

namespace Weir.Server.Tests.Api;

public sealed class ApiVersionsTests
{
    [Theory]
    [InlineData("/api/usage/summary", "/api/v1/usage/summary")]
    [InlineData("/api/v1/usage/summary", "/api/v1/usage/summary")]
    [InlineData("/api/v2/usage", "/api/v2/usage")]
    [InlineData("/api/versions", "/api/v1/versions")]
    [InlineData("/api/", "/api/v1/")]
    [InlineData("/api", "/api")]
    [InlineData("/apiary", "/apiary")]
    [InlineData("/health", "/health")]
    public void A_path_without_a_version_means_the_newest(string path, string expected)
    {
        var request = new DefaultHttpContext().Request;
        request.Path = path;

        ApiVersions.Resolve(request);

        Assert.Equal(expected, request.Path.Value);
    }
}

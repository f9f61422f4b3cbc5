using System.Globalization;
using System.Text.Json;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using Weir.BrowserTests.Testing;

namespace Weir.BrowserTests;

/// <summary>Dashboards: what they show, how they are built by pointer and by keys, and what two people see of each other.</summary>
public sealed class BoardsTests(ChromiumFixture chromium) : IAsyncLifetime
{
    private const string Line = """
        {"title":"Ours","visibility":"shared","widgets":[
          {"id":"w1","kind":"line","x":0,"y":0,"w":6,"h":5,"metric":"costUsd","by":["model"]},
          {"id":"w2","kind":"number","x":6,"y":0,"w":3,"h":3,"metric":"requests"}]}
        """;

    private Traffic traffic = null!;

    public async ValueTask InitializeAsync()
    {
        traffic = await Traffic.StartAsync();
        foreach (var model in new[] { "claude-sonnet-5", "claude-opus-4-8", "claude-opus-4-8", Traffic.Unpriced })
        {
            await traffic.SendAsync(model);
        }

        await traffic.Weir.SettleAsync();
    }

    public ValueTask DisposeAsync() => traffic.DisposeAsync();

    [Fact]
    public async Task A_template_is_one_click_and_every_figure_on_it_is_the_APIs()
    {
        await using var tab = await OpenAsync("/dashboards?from=24h");
        await tab.Page.GetByText("There is no dashboard yet").WaitForAsync();
        await Button(tab, "Cost breakdown").ClickAsync();
        await tab.UntilAtAsync("id=dsh_");
        await ReadyAsync(tab, 8);

        var total = (await traffic.Weir.GetAsync("/api/v1/usage/summary?from=24h")).GetProperty("total");
        foreach (var (title, metric) in new[] { ("Cost", "costUsd"), ("Savings", "savingsUsd") })
        {
            Assert.Equal(Number(total.GetProperty(metric).GetString()!), Number(await ExactAsync(Widget(tab, title))));
        }

        Assert.Equal(total.GetProperty("requests").GetRawText(), await ExactAsync(Widget(tab, "Requests")));
        var people = await traffic.Weir.GetAsync("/api/v1/usage/top?from=24h&by=user&metric=costUsd");
        Assert.Equal(
            people.GetProperty("rows").EnumerateArray().Select(row => Number(row.GetProperty("costUsd").GetString()!)),
            (
                await Widget(tab, "Cost by Person")
                    .Locator("tbody [data-exact]")
                    .EvaluateAllAsync<string[]>("all => all.map(one => one.dataset.exact)")
            ).Select(Number)
        );

        // Behind a part of the pie are its requests, and the way back leads to the dashboard.
        await Button(tab, "Enlarge, with table and files: Cost by Model").ClickAsync();
        await tab.Page.Locator("dialog [data-drawn=true]").WaitForAsync();
        await tab.Page.Locator("dialog").GetByText("As a table").ClickAsync();
        Assert.Contains(
            "claude-opus-4-8",
            await tab.Page.Locator("dialog table").InnerTextAsync(),
            StringComparison.Ordinal
        );
        Assert.Empty(tab.Faults);
    }

    [Fact]
    public async Task One_is_built_from_nothing_by_pointer_and_another_browser_sees_it()
    {
        await using var tab = await OpenAsync("/dashboards?from=24h");
        await Button(tab, "New dashboard").ClickAsync();
        await tab.UntilAtAsync("edit=1");
        await tab.Page.GetByLabel("Title").FillAsync("Built");
        foreach (var kind in new[] { "number", "pie" })
        {
            await Button(tab, "Add a widget").ClickAsync();
            await tab.Page.GetByLabel("Shown as").SelectOptionAsync(kind);
            await Button(tab, "Apply").ClickAsync();
        }

        await tab.Page.Locator(".grid-stack-item[gs-x='3']").WaitForAsync();
        var number = (await tab.Page.Locator("[data-edit=w1]").BoundingBoxAsync())!;
        var mouse = tab.Page.Mouse;
        await mouse.MoveAsync(number.X + 60, number.Y + 60);
        await mouse.DownAsync();
        await mouse.MoveAsync(number.X + 300, number.Y + 60, new() { Steps = 8 });
        await mouse.MoveAsync(number.X + 60 + (number.Width * 7 / 3), number.Y + 60, new() { Steps = 8 });
        await mouse.UpAsync();
        await tab.Page.Locator("[data-place=w1]:not([gs-x='0'])").WaitForAsync();
        await Button(tab, "Save").ClickAsync();
        await tab.UntilAtAsync("^((?!edit).)*$");

        var made = await OnlyAsync();
        Assert.Equal("Built", made.GetProperty("title").GetString());
        var placed = made.GetProperty("widgets")
            .EnumerateArray()
            .ToDictionary(Id, one => one.GetProperty("x").GetInt32());
        Assert.True(placed["w1"] > 3, $"the number is in column {placed["w1"]}");

        // Another looks at it, and what is changed here is there at once.
        await using var other = await OpenAsync($"/dashboards?from=24h&id={Id(made)}");
        await ReadyAsync(other, 2);
        await other.UntilLiveAsync();
        await Button(tab, "Edit").ClickAsync();
        await Button(tab, "Remove: Cost by Model").ClickAsync();
        await Button(tab, "Save").ClickAsync();
        await Widget(other, "Cost by Model").WaitForAsync(new() { State = WaitForSelectorState.Detached });
        await tab.UntilAtAsync("^((?!edit).)*$");
        await tab.Page.ReloadAsync();
        await ReadyAsync(tab, 1);
        Assert.Empty(tab.Faults);
        Assert.Empty(other.Faults);
    }

    [Fact]
    public async Task Keys_alone_add_move_resize_undo_and_save()
    {
        var id = await MakeAsync(Line);
        await using var tab = await OpenAsync($"/dashboards?from=24h&id={id}");
        var keys = tab.Page.Keyboard;
        await Button(tab, "Edit").FocusAsync();
        await keys.PressAsync("Enter");
        await Button(tab, "Add a widget").FocusAsync();
        await keys.PressAsync("Enter");
        await tab.Page.GetByLabel("Shown as").FocusAsync();
        await keys.TypeAsync("Tab");
        await Button(tab, "Apply").FocusAsync();
        await keys.PressAsync("Enter");
        await tab.Page.Locator("[data-edit=w3]").WaitForAsync();

        await tab.Page.Locator("[data-edit=w2]").FocusAsync();
        foreach (var key in new[] { "ArrowRight", "ArrowRight", "Shift+ArrowRight", "Shift+ArrowDown" })
        {
            await keys.PressAsync(key);
        }

        await tab.Page.GetByText("Requests: column 9, row 1, 4 wide, 4 high").WaitForAsync();
        await keys.PressAsync("Control+z");
        await keys.PressAsync("Control+z");
        await keys.PressAsync("Control+Shift+z");
        await tab.Page.Locator("[data-edit=w3]").FocusAsync();
        await keys.PressAsync("Delete");
        await tab.Page.Locator("[data-edit=w3]").WaitForAsync(new() { State = WaitForSelectorState.Detached });
        await Button(tab, "Save").FocusAsync();
        await keys.PressAsync("Enter");
        await tab.UntilAtAsync("^((?!edit).)*$");

        var number = (await OnlyAsync()).GetProperty("widgets").EnumerateArray().Single(one => Id(one) == "w2");
        Assert.Equal(
            [8, 0, 4, 3],
            new[] { "x", "y", "w", "h" }.Select(name => number.GetProperty(name).GetInt32()).ToArray()
        );
        Assert.Empty(tab.Faults);
    }

    [Theory]
    [InlineData("Take theirs", "Theirs")]
    [InlineData("Save mine", "Mine")]
    public async Task Of_two_who_edit_the_second_chooses(string choice, string title)
    {
        var id = await MakeAsync(Line);
        await using var tab = await OpenAsync($"/dashboards?from=24h&id={id}&edit=1");
        await tab.UntilLiveAsync();
        await tab.Page.GetByLabel("Title").FillAsync("Mine");
        using var theirs = new HttpRequestMessage(HttpMethod.Put, $"/api/v1/dashboards/{id}")
        {
            Content = new StringContent(
                Line.Replace("Ours", "Theirs", StringComparison.Ordinal),
                System.Text.Encoding.UTF8,
                "application/json"
            ),
        };
        theirs.Headers.Add("If-Match", "\"1\"");
        theirs.Headers.Add("x-weir-key", traffic.Weir.AdminKey);
        using var changed = await traffic.Weir.SendAsync(theirs);
        Assert.True(changed.IsSuccessStatusCode);

        await tab.Page.GetByText("Somebody else changed this dashboard").WaitForAsync();
        Assert.Equal("Mine", await tab.Page.GetByLabel("Title").InputValueAsync());
        await Button(tab, choice).ClickAsync();
        await tab.Page.GetByRole(AriaRole.Heading, new() { Name = title }).WaitForAsync();
        await traffic.Weir.UntilAsync(
            async () => (await OnlyAsync()).GetProperty("title").GetString() == title,
            "it is stored"
        );
        Assert.Empty(tab.Faults);
    }

    [Fact]
    public async Task What_is_exported_is_imported_as_it_was_and_what_is_deleted_comes_back()
    {
        var id = await MakeAsync(Line);
        await using var tab = await OpenAsync($"/dashboards?from=24h&id={id}");
        await Button(tab, "More").ClickAsync();
        var file = await tab.Page.RunAndWaitForDownloadAsync(() => Button(tab, "Export as JSON").ClickAsync());
        var before = await OnlyAsync();
        await Button(tab, "Delete").ClickAsync();
        await tab.Page.GetByText("“Ours” was deleted").WaitForAsync();
        await Button(tab, "Undo").ClickAsync();
        await tab.UntilAtAsync("id=dsh_");
        var back = await OnlyAsync();
        Assert.NotEqual(id, Id(back));
        Assert.Equal(before.GetProperty("widgets").GetRawText(), back.GetProperty("widgets").GetRawText());
        using var removal = new HttpRequestMessage(HttpMethod.Delete, $"/api/v1/dashboards/{Id(back)}");
        removal.Headers.Add("x-weir-key", traffic.Weir.AdminKey);
        using var gone = await traffic.Weir.SendAsync(removal);
        Assert.True(gone.IsSuccessStatusCode);

        await tab.GoAsync(traffic.Weir, "/dashboards?from=24h");
        await Button(tab, "New dashboard").WaitForAsync();
        await tab.Page.Locator("input[type=file]").SetInputFilesAsync((await file.PathAsync())!);
        await tab.UntilAtAsync("id=dsh_");
        var taken = await OnlyAsync();
        Assert.Equal(before.GetProperty("title").GetString(), taken.GetProperty("title").GetString());
        Assert.Equal(before.GetProperty("widgets").GetRawText(), taken.GetProperty("widgets").GetRawText());
        Assert.Empty(tab.Faults);
    }

    [Theory]
    [InlineData(1280, false, null)]
    [InlineData(1280, true, null)]
    [InlineData(390, true, "de")]
    [InlineData(320, false, "ar")]
    public async Task Axe_finds_nothing_and_nothing_is_wider_than_the_screen(int width, bool isDark, string? language)
    {
        var id = await MakeAsync(Everything());
        var options = width < 720 ? TabOptions.Phone with { Width = width } : new TabOptions();
        await using var tab = await OpenAsync("/dashboards?from=24h", options with { IsDark = isDark }, language);
        await tab.Page.Locator(".templates button").First.WaitForAsync();
        await CheckAsync(tab, "list", width);

        await tab.GoAsync(traffic.Weir, $"/dashboards?from=24h&compare=previous&id={id}");
        await ReadyAsync(tab, 15);
        await CheckAsync(tab, "dashboard", width);

        await tab.GoAsync(traffic.Weir, $"/dashboards?from=24h&id={id}&edit=1");
        await tab.Page.Locator("[data-edit=w15]").WaitForAsync();
        await CheckAsync(tab, "edit", width);
        await tab.Page.Locator("[data-edit=w1]").FocusAsync();
        await tab.Page.Keyboard.PressAsync("Enter");
        await tab.Page.Locator("dialog [data-ready=true]").WaitForAsync();
        await CheckAsync(tab, "widget", width);

        await tab.GoAsync(traffic.Weir, "/dashboards?from=24h&id=dsh_none");
        await tab.Page.GetByRole(AriaRole.Alert).WaitForAsync();
        await CheckAsync(tab, "not there", width);
        Assert.All(tab.Faults, fault => Assert.Contains("404", fault, StringComparison.Ordinal));
    }

    /// <summary>A dashboard with a widget of each kind.</summary>
    private static string Everything()
    {
        string[] kinds =
        [
            "line",
            "area",
            "stacked",
            "bar",
            "heatmap",
            "histogram",
            "pie",
            "treemap",
            "funnel",
            "scatter",
            "number",
            "gauge",
            "table",
            "sessions",
            "text",
        ];
        var widgets = kinds.Select(
            (kind, at) =>
            {
                var metric = kind switch
                {
                    "histogram" => "\"durationMs\"",
                    "sessions" or "text" => "null",
                    _ => "\"costUsd\"",
                };
                var by = kind is "pie" or "treemap" or "funnel" or "scatter" or "table" or "bar"
                    ? "[\"model\"]"
                    : "null";
                var threshold = kind is "line" or "gauge" or "number" ? "\"0.000001\"" : "null";
                var text = kind == "text" ? "\"What we spend\\nand why\"" : "null";
                return string.Create(
                    CultureInfo.InvariantCulture,
                    $$"""{"id":"w{{at + 1}}","kind":"{{kind}}","x":{{at % 3 * 4}},"y":{{at / 3 * 5}},"w":4,"h":5,"metric":{{metric}},"by":{{by}},"threshold":{{threshold}},"text":{{text}}}"""
                );
            }
        );
        return $$"""{"title":"Everything","visibility":"shared","widgets":[{{string.Join(',', widgets)}}]}""";
    }

    private async Task<string> MakeAsync(string json)
    {
        using var made = await traffic.Weir.PostAsync("/api/v1/dashboards", json);
        var text = await made.Content.ReadAsStringAsync();
        Assert.True(made.IsSuccessStatusCode, text);
        using var item = JsonDocument.Parse(text);
        return Id(item.RootElement);
    }

    /// <summary>The only dashboard that there is, as the API has it.</summary>
    private async Task<JsonElement> OnlyAsync()
    {
        var list = await traffic.Weir.GetAsync("/api/v1/dashboards");
        var only = Assert.Single(list.GetProperty("dashboards").EnumerateArray());
        return await traffic.Weir.GetAsync($"/api/v1/dashboards/{Id(only)}");
    }

    private async Task<Tab> OpenAsync(string path, TabOptions? options = null, string? language = null)
    {
        var tab = await chromium.OpenAsync(options);
        await tab.Page.AddInitScriptAsync($"sessionStorage.setItem('weir.key', '{traffic.Weir.AdminKey}')");
        if (language is not null)
        {
            await tab.Page.AddInitScriptAsync($"localStorage.setItem('weir.language', '{language}')");
        }

        await tab.GoAsync(traffic.Weir, path);
        return tab;
    }

    private static string Id(JsonElement one) => one.GetProperty("id").GetString()!;

    private static ILocator Button(Tab tab, string name) =>
        tab.Page.GetByRole(AriaRole.Button, new() { NameRegex = new($"^{name}") });

    private static ILocator Widget(Tab tab, string title) =>
        tab.Page.GetByRole(AriaRole.Group, new() { Name = title, Exact = true }).And(tab.Page.Locator("[data-widget]"));

    /// <summary>All widgets have their figures, and none failed.</summary>
    private static async Task ReadyAsync(Tab tab, int count)
    {
        await tab.Page.WaitForFunctionAsync(
            """
            count => document.querySelectorAll('[data-widget][data-ready=true]').length === count
                && [...document.querySelectorAll('[data-drawn]')].every(chart => chart.dataset.drawn === 'true')
            """,
            count
        );
        Assert.Equal(0, await tab.Page.Locator("[data-widget] [role=alert]").CountAsync());
    }

    private static async Task<string> ExactAsync(ILocator widget) =>
        (await widget.Locator("[data-exact]").First.GetAttributeAsync("data-exact"))!;

    private static decimal? Number(string? text) =>
        text is null or "unknown" ? null : decimal.Parse(text.TrimStart('$'), CultureInfo.InvariantCulture);

    private static async Task CheckAsync(Tab tab, string state, int width)
    {
        var found = await tab.Page.RunAxe();
        Assert.True(
            found.Violations.Length == 0,
            $"{state}:\n"
                + string.Join(
                    '\n',
                    found.Violations.Select(v => $"{v.Id}: {string.Join("\n  ", v.Nodes.Select(n => n.Html))}")
                )
        );
        Assert.True(
            await tab.Page.EvaluateAsync<int>("() => document.documentElement.scrollWidth") <= width,
            $"{state} is wider than {width}"
        );
    }
}

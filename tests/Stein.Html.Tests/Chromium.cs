using Microsoft.Playwright;

namespace Stein.Html.Tests;

/// <summary>The Chromium of the system, without a window; nothing is downloaded. Tests that need it are skipped where it is not.</summary>
public sealed class Chromium : IAsyncLifetime
{
    private static readonly string? Program = new[] { "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome" }
        .FirstOrDefault(File.Exists);

    private IPlaywright? playwright;
    private IBrowser? browser;

    public async ValueTask InitializeAsync()
    {
        if (Program is null)
            return;
        playwright = await Playwright.CreateAsync();
        browser = await playwright.Chromium.LaunchAsync(new() { ExecutablePath = Program, Args = ["--no-sandbox", "--disable-gpu"] });
    }

    public async ValueTask DisposeAsync()
    {
        if (browser is not null)
            await browser.DisposeAsync();
        playwright?.Dispose();
    }

    /// <summary>Opens a file and waits until its script has done what it does at the beginning.</summary>
    /// <param name="address">The path, and behind it what the address may have.</param>
    /// <param name="width">Of the window.</param>
    /// <param name="isDark">Whether the system asks for dark pages.</param>
    /// <param name="hasScript">Whether scripts are run.</param>
    internal async Task<OpenPage> Open(string address, int width = 1280, bool isDark = false, bool hasScript = true)
    {
        Assert.SkipWhen(browser is null, "Chromium is not installed (apt-get install chromium).");
        IBrowserContext context = await browser!.NewContextAsync(new()
        {
            ViewportSize = new() { Width = width, Height = 900 },
            ColorScheme = isDark ? ColorScheme.Dark : ColorScheme.Light,
            JavaScriptEnabled = hasScript,
            AcceptDownloads = true,
        });
        await context.GrantPermissionsAsync(["clipboard-read", "clipboard-write"]);
        IPage page = await context.NewPageAsync();
        var open = new OpenPage(context, page);
        await page.GotoAsync($"file://{address}");
        if (hasScript)
            await page.WaitForSelectorAsync("html[data-ready]");
        return open;
    }
}

/// <summary>A page in a window of its own, and what went wrong or was loaded in it.</summary>
internal sealed class OpenPage : IAsyncDisposable
{
    private readonly IBrowserContext context;

    public OpenPage(IBrowserContext context, IPage page)
    {
        this.context = context;
        Page = page;
        page.Console += (_, message) => Complaints.Add(message.Text);
        page.PageError += (_, error) => Complaints.Add(error);
        page.Request += (_, request) => Requests.Add(request.Url);
    }

    public IPage Page { get; }

    /// <summary>What stands in the console.</summary>
    public List<string> Complaints { get; } = [];

    /// <summary>Every address that was asked for.</summary>
    public List<string> Requests { get; } = [];

    public async ValueTask DisposeAsync() => await context.DisposeAsync();
}

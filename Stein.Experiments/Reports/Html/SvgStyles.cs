namespace Stein.Experiments.Reports.Html;

/// <summary>The styles of the figures of a page: each is declared once, however many figures have it.</summary>
internal sealed class SvgStyles
{
    private readonly Dictionary<string, string> classes = [];

    /// <summary>The class of a style, a list of declarations.</summary>
    public string Class(string style)
    {
        if (!classes.TryGetValue(style, out string? name))
            classes.Add(style, name = $"c{classes.Count}");
        return name;
    }

    /// <summary>The rules of all classes, in the order in which they were first asked for.</summary>
    public string Rules() => string.Concat(classes.Select(entry => $".{entry.Value}{{{entry.Key}}}\n"));
}

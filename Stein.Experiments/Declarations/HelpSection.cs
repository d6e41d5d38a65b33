namespace Stein.Experiments.Declarations;

/// <summary>A part of a command's help.</summary>
/// <param name="Heading">What it is about.</param>
/// <param name="Topics">In the order of the page.</param>
internal sealed record HelpSection(string Heading, IReadOnlyList<HelpTopic> Topics);

/// <summary>A subject of a part.</summary>
/// <param name="Lines">A sentence each, short enough for a line.</param>
internal sealed record HelpTopic(string Heading, IReadOnlyList<string> Lines);

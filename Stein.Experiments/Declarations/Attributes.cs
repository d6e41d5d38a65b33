using System.Runtime.CompilerServices;

namespace Stein.Experiments.Declarations;

/// <summary>The names of a setting's option, without the dashes, where its own in kebab-case is not used.</summary>
/// <param name="names">The first is shown in help; the others are understood as well.</param>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class OptionAttribute(params string[] names) : Attribute
{
    public IReadOnlyList<string> Names { get; } = names;
}

/// <summary>The value is a name of a registry.</summary>
/// <param name="registry">A type with a static property <c>Names</c>, a list of texts.</param>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class OneOfAttribute(Type registry) : Attribute
{
    public IReadOnlyList<string> Names
        => registry.GetProperty("Names")?.GetValue(null) as IReadOnlyList<string>
            ?? throw new InvalidOperationException($"{registry.Name} has no static property Names that is a list of texts");
}

/// <summary>The setting changes a number only where another setting has one of some values; elsewhere it is set to its default.</summary>
/// <param name="setting">The other property.</param>
/// <param name="values">Its values, as in JSON.</param>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class OnlyForAttribute(string setting, params string[] values) : Attribute
{
    /// <param name="setting">The other property.</param>
    /// <param name="registry">
    /// A type with a static method <c>NamesThatUse</c> that gives, for the name of a property, the values of the other with which it
    /// changes a number.
    /// </param>
    /// <param name="property">The property that has the attribute.</param>
    public OnlyForAttribute(string setting, Type registry, [CallerMemberName] string property = "")
        : this(
            setting,
            (registry.GetMethod("NamesThatUse")?.Invoke(null, [property]) as IEnumerable<string>
                ?? throw new InvalidOperationException($"{registry.Name} has no static method NamesThatUse that gives texts")).ToArray())
    {
    }

    public string Setting { get; } = setting;

    public IReadOnlyList<string> Values { get; } = values;
}

/// <summary>
/// The setting is younger than published runs of its experiment. Its default is what they were computed with, and is left out of the
/// identity of a run, so that theirs stays what it was; other values are part of it.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class AddedLaterAttribute : Attribute;

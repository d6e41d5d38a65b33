using System.Reflection;
using System.Reflection.Emit;
using System.Text.RegularExpressions;
using Xunit;

namespace Stein.Tests;

/// <summary>What holds for the namespaces of every project.</summary>
/// <param name="assembly">The compiled project.</param>
/// <param name="folder">The project's folder, from the root of the repository.</param>
/// <param name="root">The namespace of that folder.</param>
public abstract partial class NamespaceRules(Assembly assembly, string folder, string root)
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly;

    private static readonly Dictionary<short, OpCode> OpCodesByValue = typeof(OpCodes).GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(field => (OpCode)field.GetValue(null)!).ToDictionary(code => code.Value);

    [Fact]
    public void Namespaces_do_not_depend_on_one_another_in_a_circle()
    {
        ILookup<string, (string Namespace, string Uses)> edges = Dependencies().ToLookup(edge => edge.From, edge => (edge.To, edge.Uses));
        foreach (string start in edges.Select(edge => edge.Key))
        {
            var paths = new Dictionary<string, string> { [start] = "" };
            var queue = new Queue<string>([start]);
            while (queue.TryDequeue(out string? from))
            {
                foreach ((string to, string uses) in edges[from])
                {
                    string path = $"{paths[from]}{Environment.NewLine}{from} → {to}: {uses}";
                    Assert.False(to == start, $"These namespaces depend on one another in a circle:{path}");
                    if (paths.TryAdd(to, path))
                        queue.Enqueue(to);
                }
            }
        }
    }

    [Fact]
    public void Namespaces_are_named_after_their_folders()
    {
        string project = Path.Combine(Repository.Folder, folder);
        string[] files = [.. Directory.EnumerateFiles(project, "*.cs", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(project, file))
            .Where(file => file.Split(Path.DirectorySeparatorChar)[0] is not ("bin" or "obj"))];
        Assert.NotEmpty(files);
        Assert.All(files, file =>
        {
            string expected = string.Join('.', [root, .. file.Split(Path.DirectorySeparatorChar)[..^1]]);
            Match match = NamespaceLine().Match(File.ReadAllText(Path.Combine(project, file)));
            Assert.True(!match.Success || match.Groups[1].Value == expected, $"{file} is in {match.Groups[1].Value}, not in {expected}.");
        });
    }

    [GeneratedRegex(@"^namespace ([\w.]+)", RegexOptions.Multiline)]
    private static partial Regex NamespaceLine();

    /// <summary>Each pair of namespaces once, with the first pair of types that makes one depend on the other.</summary>
    private IEnumerable<(string From, string To, string Uses)> Dependencies() => assembly.GetTypes()
        .SelectMany(type => References(type).SelectMany(Parts).Select(used => (From: Outermost(type), To: Outermost(used))))
        .Where(pair => pair.To.Assembly == assembly && pair.From.Namespace != pair.To.Namespace)
        .Where(pair => pair.From.Namespace is not null && pair.To.Namespace is not null)
        .DistinctBy(pair => (pair.From.Namespace, pair.To.Namespace))
        .Select(pair => (pair.From.Namespace!, pair.To.Namespace!, $"{pair.From.Name} uses {pair.To.Name}"));

    private static Type Outermost(Type type) => type.DeclaringType is { } outer ? Outermost(outer) : type;

    /// <summary>The types that a type consists of: List&lt;T[]&gt; of List and T.</summary>
    private static IEnumerable<Type> Parts(Type type)
    {
        if (type.HasElementType)
            return Parts(type.GetElementType()!);
        return type.IsGenericParameter ? [] : [type, .. type.GetGenericArguments().SelectMany(Parts)];
    }

    private static IEnumerable<Type> References(Type type) =>
    [
        .. type.BaseType is { } parent ? [parent] : Type.EmptyTypes,
        .. type.GetInterfaces().Except(type.BaseType?.GetInterfaces() ?? []),
        .. type.GetGenericArguments().SelectMany(argument => argument.GetGenericParameterConstraints()),
        .. type.GetCustomAttributesData().Select(attribute => attribute.AttributeType),
        .. type.GetFields(Declared).Select(field => field.FieldType),
        .. type.GetConstructors(Declared).SelectMany(constructor => References(constructor, [])),
        .. type.GetMethods(Declared).SelectMany(method =>
            References(method, method.GetGenericArguments()).Append(method.ReturnType)
                .Concat(method.GetGenericArguments().SelectMany(argument => argument.GetGenericParameterConstraints()))),
    ];

    private static IEnumerable<Type> References(MethodBase method, Type[] arguments)
    {
        foreach (ParameterInfo parameter in method.GetParameters())
            yield return parameter.ParameterType;
        if (method.GetMethodBody() is not { } body)
            yield break;
        foreach (LocalVariableInfo local in body.LocalVariables)
            yield return local.LocalType;
        byte[] instructions = body.GetILAsByteArray()!;
        for (int position = 0; position < instructions.Length;)
        {
            short value = instructions[position++];
            OpCode code = OpCodesByValue[value == 0xFE ? (short)(0xFE00 | instructions[position++]) : value];
            int operand = position;
            position += code.OperandType switch
            {
                OperandType.InlineNone => 0,
                OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
                OperandType.InlineVar => 2,
                OperandType.InlineI8 or OperandType.InlineR => 8,
                OperandType.InlineSwitch => 4 + (4 * BitConverter.ToInt32(instructions, operand)),
                _ => 4,
            };
            bool isMember = code.OperandType is OperandType.InlineField or OperandType.InlineMethod or OperandType.InlineTok
                or OperandType.InlineType;
            if (!isMember)
                continue;
            MemberInfo member = method.Module.ResolveMember(
                BitConverter.ToInt32(instructions, operand), method.DeclaringType!.GetGenericArguments(), arguments)!;
            if (member is Type type || (type = member.DeclaringType!) is not null)
                yield return type;
            foreach (Type argument in member is MethodInfo { IsGenericMethod: true } generic ? generic.GetGenericArguments() : [])
                yield return argument;
        }
    }
}

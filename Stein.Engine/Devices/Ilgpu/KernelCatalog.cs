using System.Reflection;
using ILGPU;
using Stein.Engine.Formulas;
using Stein.Engine.Kernels;

namespace Stein.Engine.Devices.Ilgpu;

/// <summary>Every kernel of the device: the public methods of the static classes below, for all their type arguments.</summary>
internal static class KernelCatalog
{
    private static readonly Type[] KernelClasses =
    [
        typeof(ElementKernels),
        typeof(SumKernels),
        typeof(ProductKernels),
        typeof(SteinPairKernels),
        typeof(SlicedPairKernels),
        typeof(MedianKernels),
    ];

    /// <summary>The kernels, open where they are generic.</summary>
    public static IReadOnlyList<MethodInfo> Methods { get; } =
        [.. KernelClasses.SelectMany(type => type.GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly))];

    /// <summary>The kernels, generic ones once for every type of this assembly that fits or is registered.</summary>
    public static IEnumerable<MethodInfo> Instances()
    {
        foreach (MethodInfo method in Methods)
        {
            if (!method.IsGenericMethodDefinition)
            {
                yield return method;
                continue;
            }

            foreach (Type argument in TypeArguments(method.GetGenericArguments().Single()))
                yield return method.MakeGenericMethod(argument);
        }
    }

    /// <summary>The elementwise maps, generic ones once for every type of this assembly that fits or is registered.</summary>
    public static IEnumerable<Type> ElementMaps() => Structs(typeof(IElementMap));

    /// <summary>Whether a kernel's first parameter is its index; ILGPU then chooses the group size.</summary>
    public static bool IsImplicitlyGrouped(MethodInfo method) => method.GetParameters()[0].ParameterType == typeof(Index1D);

    /// <summary>The types that fit a type parameter; none would leave out what it belongs to without a word, and throws.</summary>
    private static Type[] TypeArguments(Type parameter)
    {
        Type constraint = parameter.GetGenericParameterConstraints().Single(type => type.IsInterface);
        Type[] arguments = constraint == typeof(IRadialKernel)
            ? [.. RadialKernels.Names.Select(name => RadialKernels.Visit(name, new TypeVisitor()))]
            : [.. Structs(constraint)];
        return arguments.Length > 0
            ? arguments
            : throw new InvalidOperationException($"No struct of this assembly is an {constraint.Name}.");
    }

    private static IEnumerable<Type> Structs(Type contract)
    {
        foreach (Type type in contract.Assembly.GetTypes().Where(type => type.IsValueType && type.IsAssignableTo(contract)))
        {
            if (!type.IsGenericTypeDefinition)
            {
                yield return type;
                continue;
            }

            foreach (Type argument in TypeArguments(type.GetGenericArguments().Single()))
                yield return type.MakeGenericType(argument);
        }
    }

    private sealed class TypeVisitor : IRadialKernelVisitor<Type>
    {
        public Type Visit<TKernel>()
            where TKernel : struct, IRadialKernel => typeof(TKernel);
    }
}

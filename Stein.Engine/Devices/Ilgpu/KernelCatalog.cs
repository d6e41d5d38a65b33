using System.Reflection;
using ILGPU;
using Stein.Engine.Devices.Ilgpu.Kernels;
using Stein.Engine.Formulas;
using Stein.Engine.Kernels;
using Stein.Engine.Kernels.Functions;

namespace Stein.Engine.Devices.Ilgpu;

/// <summary>Lists all kernels: the public methods of the classes below, with all their type arguments.</summary>
internal static class KernelCatalog
{
    private static readonly Type[] KernelClasses =
    [
        typeof(ElementKernels),
        typeof(SumKernels),
        typeof(ProductKernels),
        typeof(PairKernels),
        typeof(SlicedPairKernels),
        typeof(MedianKernels),
        typeof(GridKernels),
    ];

    /// <summary>Kernel functions can be composed without end; these have every part and every composition.</summary>
    private static readonly Type[] KernelFunctions =
    [
        typeof(RadialFunction<Matern52Kernel>),
        typeof(SumFunction<ProductFunction<ConstantFunction, RadialFunction<GaussianKernel>>, MultiquadricFunction>),
        typeof(ProductFunction<SumFunction<RadialFunction<GaussianKernel>, ConstantFunction>, PolynomialFunction<ThirdDegree>>),
    ];

    /// <summary>The pair terms whose derivatives by their constants are checked.</summary>
    private static readonly Type[] DifferentiatedTerms =
        [typeof(SteinPairTerm<GaussianKernel>), typeof(ScalarDiffusionPairTerm<InverseMultiquadricKernel>)];

    /// <summary>The kernels; generic ones without type arguments.</summary>
    public static IReadOnlyList<MethodInfo> Methods { get; } =
        [.. KernelClasses.SelectMany(type => type.GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly))];

    /// <summary>The kernels; generic ones once for every suitable type of this assembly and every registered kernel function.</summary>
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

    /// <summary>Whether a kernel's first parameter is its index, in which case ILGPU chooses the group size.</summary>
    public static bool IsImplicitlyGrouped(MethodInfo method) => method.GetParameters()[0].ParameterType == typeof(Index1D);

    /// <summary>All maps of this assembly; generic ones once for every suitable type and every registered kernel function.</summary>
    public static IEnumerable<Type> Maps() => Implementations(typeof(IElementMap));

    /// <remarks>
    /// Maps of maps and terms of terms are derivatives, which could be nested without end. Those to check are listed: maps with the
    /// activations, terms here.
    /// </remarks>
    private static IEnumerable<Type> TypeArguments(Type parameter)
    {
        Type constraint = parameter.GetGenericParameterConstraints().Single(type => type.IsInterface);
        return !parameter.IsGenericTypeParameter ? Implementations(constraint)
            : constraint == typeof(IElementMap) ? Activation.Differentiated()
            : constraint == typeof(IPairTerm) ? DifferentiatedTerms
            : Implementations(constraint);
    }

    private static IEnumerable<Type> Implementations(Type constraint)
        => constraint == typeof(IRadialKernel)
            ? RadialKernels.Names.Select(name => RadialKernels.Visit(name, new TypeVisitor()))
            : constraint == typeof(IKernelFunction) ? KernelFunctions
            : typeof(IElementMap).Assembly.GetTypes().Where(type => type.IsValueType && type.IsAssignableTo(constraint)).SelectMany(Closed);

    private static IEnumerable<Type> Closed(Type type)
        => type.IsGenericTypeDefinition
            ? TypeArguments(type.GetGenericArguments().Single()).Select(argument => type.MakeGenericType(argument))
            : [type];

    private sealed class TypeVisitor : IRadialKernelVisitor<Type>
    {
        public Type Visit<TKernel>()
            where TKernel : struct, IRadialKernel => typeof(TKernel);
    }
}

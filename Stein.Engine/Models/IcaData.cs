using System.Numerics;
using System.Runtime.InteropServices;
using Stein.Engine.LinearAlgebra;
using Stein.Engine.Random;
using Stein.Engine.Samples;

namespace Stein.Engine.Models;

/// <summary>
/// Samples of an ICA model x = W z, where z has D independent entries from a base density and W = V⁻¹ for an unmixing matrix V.
/// </summary>
/// <remarks>
/// Source: the model of Gong, Li and Hernández-Lobato, "Sliced kernelized Stein discrepancy", ICLR 2021, section on ICA.
/// Everything is computed in float64 and each entry is rounded to float32 once. An entry is a sum over the sources in ascending
/// order, and each product is rounded before it is added, so that the result depends neither on the vector width nor on other rows.
/// </remarks>
public sealed class IcaData
{
    /// <summary>The degrees of freedom ν of the Student-t base density.</summary>
    public const double StudentTDegreesOfFreedom = 5;

    // The number of rows that share one pass over the mixing matrix, which at D = 200 is larger than a first-level cache.
    private const int BlockRows = 4;

    private readonly double[] mixing;
    private readonly double[] mixingTransposed;

    /// <summary>Creates a model and inverts its unmixing matrix.</summary>
    /// <param name="unmixing">V: D×D, row-major, invertible.</param>
    /// <param name="dimension">D, at least 1.</param>
    /// <param name="density">The density of the sources.</param>
    /// <exception cref="ArgumentOutOfRangeException">D is below 1, or the density is not a member of the enumeration.</exception>
    /// <exception cref="ArgumentException">V does not hold D·D numbers, or is singular or not finite.</exception>
    public IcaData(double[] unmixing, int dimension, BaseDensity density)
    {
        if (!Enum.IsDefined(density))
        {
            throw new ArgumentOutOfRangeException(
                nameof(density),
                density,
                $"Base density {(int)density} is unknown; it must be one of {string.Join(", ", Enum.GetNames<BaseDensity>())}.");
        }

        mixing = SquareMatrix.Inverse(unmixing, dimension);
        (Dimension, Density) = (dimension, density);
        mixingTransposed = new double[mixing.Length];
        for (int row = 0; row < dimension; row++)
        {
            for (int column = 0; column < dimension; column++)
            {
                mixingTransposed[(column * dimension) + row] = mixing[(row * dimension) + column];
            }
        }
    }

    /// <summary>The dimension D.</summary>
    public int Dimension { get; }

    /// <summary>The density of the sources.</summary>
    public BaseDensity Density { get; }

    /// <summary>The mixing matrix W = V⁻¹: D×D, row-major.</summary>
    public ReadOnlySpan<double> Mixing => mixing;

    /// <summary>Draws the training sample of a seed (N×D, row-major), or N rows of it.</summary>
    /// <param name="count">N, at least 0.</param>
    /// <param name="first">The index of the first row, at least 0; those before it are skipped in constant time.</param>
    /// <exception cref="ArgumentOutOfRangeException">N or the index is negative, or N·D numbers do not fit an array.</exception>
    public float[] SampleTraining(ulong seed, int count, long first = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(first);
        uint words = Density == BaseDensity.Laplace ? PhiloxStream.LaplaceWords : PhiloxStream.StudentTWords;
        return Sample(
            new PhiloxStream(seed, StreamPurpose.TrainingData) { Position = words * (ulong)first * (ulong)Dimension }, count);
    }

    /// <summary>Draws the test sample of a seed (N×D, row-major), from another stream than the training sample.</summary>
    /// <param name="count">N, at least 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">N is negative, or N·D numbers do not fit an array.</exception>
    public float[] SampleTest(ulong seed, int count) => Sample(new PhiloxStream(seed, StreamPurpose.TestData), count);

    /// <summary>Draws N samples (N×D, row-major), row by row, so that the first rows do not depend on how many follow.</summary>
    /// <param name="stream">Supplies the sources; ends up after the last number used.</param>
    /// <param name="count">N, at least 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">N is negative, or N·D numbers do not fit an array.</exception>
    public float[] Sample(PhiloxStream stream, int count)
    {
        ArgumentNullException.ThrowIfNull(stream);
        SampleMatrix.CheckCount(count, Dimension, nameof(count));
        var samples = new float[count * Dimension];
        var sources = new double[BlockRows * Dimension];
        var mixed = new double[BlockRows * Dimension];
        for (int start = 0; start < count; start += BlockRows)
        {
            int length = Math.Min(BlockRows, count - start) * Dimension;
            DrawSources(stream, sources.AsSpan(0, length));
            Mix(sources, mixed);
            Span<float> target = samples.AsSpan(start * Dimension, length);
            for (int i = 0; i < length; i++)
            {
                target[i] = (float)mixed[i];
            }
        }

        return samples;
    }

    private void DrawSources(PhiloxStream stream, Span<double> sources)
    {
        foreach (ref double source in sources)
        {
            source = Density == BaseDensity.Laplace ? stream.NextLaplace() : stream.NextStudentT(StudentTDegreesOfFreedom);
        }
    }

    /// <summary>Computes <see cref="BlockRows"/> rows W z from as many rows z.</summary>
    private void Mix(ReadOnlySpan<double> sources, Span<double> mixed)
    {
        int d = Dimension;
        int vectorised = d - (d % Vector<double>.Count);
        mixed.Clear();
        for (int k = 0; k < d; k++)
        {
            ReadOnlySpan<double> column = mixingTransposed.AsSpan(k * d, d);
            ReadOnlySpan<Vector<double>> columnVectors = MemoryMarshal.Cast<double, Vector<double>>(column[..vectorised]);
            for (int row = 0; row < BlockRows; row++)
            {
                double source = sources[(row * d) + k];
                Span<double> target = mixed.Slice(row * d, d);
                Span<Vector<double>> targetVectors = MemoryMarshal.Cast<double, Vector<double>>(target[..vectorised]);
                for (int i = 0; i < columnVectors.Length; i++)
                {
                    targetVectors[i] += columnVectors[i] * source;
                }

                for (int i = vectorised; i < d; i++)
                {
                    target[i] += column[i] * source;
                }
            }
        }
    }
}

using System.Globalization;
using CsvHelper;
using Stein.Engine.Devices;
using Stein.Engine.Discrepancies;
using Stein.Engine.Formulas;
using Stein.Engine.Kernels;
using Stein.Engine.Optimization;
using Stein.Engine.Random;
using Stein.Engine.State;
using Stein.Engine.Targets;
using Stein.Experiments.Files;
using Stein.Experiments.Reports;
using Stein.Experiments.Runs;
using Stein.Experiments.Studies;

namespace Stein.Experiments.DeepKernels;

/// <summary>An energy model in training, and the kernel that is trained against it.</summary>
internal sealed class PlaneTraining : ITraining
{
    /// <summary>The densities and their pictures reach from minus this to this in both directions.</summary>
    public const double Extent = 3.25;

    /// <summary>The grid that normalises the model reaches farther: where there are no samples a model may have any density.</summary>
    private const double GridExtent = 8;

    /// <summary>Points along each side of it: with a spacing of 0.05, less than half of the smallest deviation.</summary>
    private const int GridSide = 320;

    private readonly Device device;
    private readonly DeepKernelPlaneSettings settings;
    private readonly GaussianMixture density;
    private readonly PhiloxStream stream;
    private readonly EnergyModel model;
    private readonly EnergyModel grid;
    private readonly EnergyModel test;
    private readonly DeviceMatrix batch;
    private readonly DeviceMatrix scores;
    private readonly DeviceMatrix scoreGradient;
    private readonly DeviceMatrix gridPoints;
    private readonly DeviceMatrix testPoints;
    private readonly double[] testScores;
    private readonly double oracle;
    private readonly Adam adam;
    private readonly KernelisedSteinDiscrepancy<GaussianKernel>? plain;
    private readonly DeepSteinDiscrepancy? deep;
    private readonly Adam? features;
    private readonly double start;
    private double gap;
    private string? warning;

    public PlaneTraining(DeepKernelPlaneSettings settings, Device device)
    {
        (this.settings, this.device, density) = (settings, device, PlanarDensity.Find(settings.Data));
        const int Dimension = PlanarDensity.Dimension;
        stream = new PhiloxStream(settings.Seed, StreamPurpose.TrainingData);
        model = new EnergyModel(device, settings.Batch, Dimension, settings.Hidden);
        model.Parameters.Initialise(new PhiloxStream(settings.Seed, StreamPurpose.Initialisation));
        grid = new EnergyModel(device, GridSide * GridSide, Dimension, settings.Hidden);
        test = new EnergyModel(device, settings.TestSamples, Dimension, settings.Hidden);
        (batch, scores) = (device.Allocate(settings.Batch, Dimension), device.Allocate(settings.Batch, Dimension));
        scoreGradient = device.Allocate(settings.Batch, Dimension);
        gridPoints = device.Upload(GridSide * GridSide, Dimension, Points(GridSide, GridExtent));
        double[] samples = density.Sample(new PhiloxStream(settings.Seed, StreamPurpose.TestData), settings.TestSamples);
        testPoints = device.Upload(settings.TestSamples, Dimension, samples);
        testScores = new double[samples.Length];
        density.Score(samples, testScores);
        oracle = density.MeanLogLikelihood(samples);
        var rate = new AdamSettings(settings.LearningRate);
        adam = new Adam(rate, model.Parameters.Matrices, model.Gradient);
        if (settings.Method == PlaneMethod.Ksd)
            plain = new(device, settings.Batch, Dimension, PairStatistic.U);
        if (settings.Method == PlaneMethod.Deep)
        {
            deep = new(device, settings.Batch, Dimension, new(Mixture: settings.Mixture, Normalisation: settings.Normalisation));
            deep.Initialise(new PhiloxStream(settings.Seed, StreamPurpose.CriticInitialisation));
            features = new Adam(rate, deep.Parameters.Matrices, deep.Gradient, ascend: true);
        }

        start = GapNow();
    }

    public IReadOnlyList<IStateful> Parts =>
    [
        model.Parameters, adam, stream, batch, .. deep is null ? (IStateful[])[] : [deep.Parameters, features!],
    ];

    public string Status => $"gap {NumberText.Fixed(gap)} nats" + (warning is null ? "" : $", {warning}");

    /// <summary>The probabilities of a density in the pixels of a picture, the lowest line first.</summary>
    public static double[][] Truth(GaussianMixture density, int side)
    {
        var logarithms = new double[side * side];
        density.LogDensities(Points(side, Extent), logarithms);
        return [.. logarithms.Select(Math.Exp).Chunk(side)];
    }

    public void Step()
    {
        device.Write(batch, density.Sample(stream, settings.Batch));
        if (settings.Method == PlaneMethod.ScoreMatching)
            model.MatchScores(batch);
        else
            model.BackPropagate(batch, ByScores());
        adam.Step();
    }

    public IReadOnlyList<Metric> Measure()
    {
        gap = GapNow();
        if (!double.IsFinite(gap))
            throw new RunFailedException("the energy is no longer finite", (int)adam.Steps);
        warning = deep is null || adam.Steps == 0 ? null : Shape(deep).Collapse;
        return [DeepKernelPlane.Gap.At(gap)];
    }

    public TrainingResult Finish()
    {
        double[] found = device.Read(test.Scores(testPoints));
        double error = found.Zip(testScores, (a, b) => (a - b) * (a - b)).Sum() / settings.TestSamples;
        List<Metric> values = [DeepKernelPlane.Gap.At(GapNow()), DeepKernelPlane.Fisher.At(error)];
        List<RunFile> files = [Matrix(DeepKernelPlane.DensityFile, Density())];
        if (deep is not null)
        {
            values.AddRange(KernelQuantities.Of(Shape(deep)));
            files.Add(Matrix(DeepKernelPlane.KernelFile, Kernels(deep)));
        }

        return new(values, [.. files]);
    }

    /// <summary>Whether the log-likelihood is below that of the start by more than a nat.</summary>
    public bool HasDiverged() => GapNow() > start + 1;

    /// <summary>The points of a grid over the plane (side²×2), the lowest line first.</summary>
    private static double[] Points(int side, double extent)
    {
        double spacing = 2 * extent / side;
        return
        [
            .. from y in Enumerable.Range(0, side)
               from x in Enumerable.Range(0, side)
               from coordinate in (double[])[At(x), At(y)]
               select coordinate,
        ];

        double At(int index) => -extent + ((index + 0.5) * spacing);
    }

    /// <summary>The derivative of the discrepancy by the scores at the batch, for which the features were trained first.</summary>
    private DeviceMatrix ByScores()
    {
        device.Map<Identity>(scores, model.Scores(batch));
        if (plain is not null)
        {
            plain.SetSamples(batch);
            plain.SetBandwidthByBatchMedian();
            plain.Gradient(scoreGradient, batch, scores);
            return scoreGradient;
        }

        deep!.SetUnit(batch);
        for (int inner = 0; inner < settings.InnerSteps; inner++)
            deep.Train(features!, batch, scores);
        return deep.ModelGradient(batch, scores);
    }

    private double GapNow()
    {
        grid.Parameters.CopyFrom(model.Parameters);
        test.Parameters.CopyFrom(model.Parameters);
        double[] energies = device.Read(grid.Energies(gridPoints));
        double lowest = energies.Min(), cell = Math.Pow(2 * GridExtent / GridSide, 2);
        double logNormaliser = Math.Log(energies.Sum(energy => Math.Exp(lowest - energy)) * cell) - lowest;
        return oracle + device.Read(test.Energies(testPoints)).Average() + logNormaliser;
    }

    private KernelShape Shape(DeepSteinDiscrepancy kernel)
    {
        kernel.SetUnit(batch);
        return kernel.Shape(batch);
    }

    private double[][] Density()
    {
        const int Side = DeepKernelPlane.Pixels;
        var picture = new EnergyModel(device, Side * Side, PlanarDensity.Dimension, settings.Hidden);
        picture.Parameters.CopyFrom(model.Parameters);
        double[] energies = device.Read(picture.Energies(device.Upload(Side * Side, PlanarDensity.Dimension, Points(Side, Extent))));
        double lowest = energies.Min();
        return [.. energies.Select(energy => Math.Exp(lowest - energy)).Chunk(Side)];
    }

    /// <summary>k_f(c, ·) in the pixels of two by two pictures.</summary>
    private double[][] Kernels(DeepSteinDiscrepancy kernel)
    {
        const int Side = DeepKernelPlane.Pixels;
        kernel.SetUnit(batch);
        double[][] of = Rows(Points(Side, Extent)), centres = Rows([.. DeepKernelPlane.Centres.SelectMany(c => (double[])[c.X, c.Y])]);
        double[][][] pictures = [.. centres.Select(centre => of.Select(feature => Factor(feature, centre)).Chunk(Side).ToArray())];
        return
        [
            .. pictures[0].Zip(pictures[1], (left, right) => (double[])[.. left, .. right]),
            .. pictures[2].Zip(pictures[3], (left, right) => (double[])[.. left, .. right]),
        ];

        static double Factor(double[] first, double[] second) => Math.Exp(-first.Zip(second, (a, b) => (a - b) * (a - b)).Sum());

        double[][] Rows(double[] points)
        {
            int count = points.Length / PlanarDensity.Dimension;
            double[] values = kernel.Features(device.Upload(count, PlanarDensity.Dimension, points));
            return [.. values.Chunk(values.Length / count)];
        }
    }

    private static RunFile Matrix(string name, double[][] lines) => new(name, stream =>
    {
        using var csv = CsvWriter.Create(stream, CsvFile.Format with { HasHeader = false }, leaveOpen: true);
        foreach (double[] line in lines)
        {
            foreach (double value in line)
                csv.WriteField(value, "G4", CultureInfo.InvariantCulture);
            csv.EndRecord();
        }
    });
}

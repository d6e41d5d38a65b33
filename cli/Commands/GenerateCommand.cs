using Stein.Engine.Devices;
using Stein.Engine.Devices.Discovery;
using Stein.Experiments.Files;
using Stein.Experiments.Generators;
using Stein.Experiments.Generators.Digits;
using Stein.Experiments.Reports;
using Stein.Experiments.Studies;

namespace Stein.Cli.Commands;

/// <summary><c>stein generate</c>: draws samples of a generator that a run has trained.</summary>
internal static class GenerateCommand
{
    /// <summary>Images that a picture has beside one another.</summary>
    private const int PerRow = 16;

    private const int MaxCount = 10_000_000;
    private const int MaxImages = 400;

    /// <summary>The same bits on every machine, and fast enough for a million samples.</summary>
    private const string DeviceName = "double";

    public static Command Create(Interruption interruption)
    {
        Option<string> model = Values.Text("--model", "file", $"{SamplerModel.FileName} of a run, such as one of generator-digits");
        Option<int?> count = Values.Number<int>("--count", "number of samples");
        Option<uint?> seed = Values.Number<uint>("--seed", "decides which samples; the same seed gives the same ones", 0);
        Option<string> output = Values.Text("--out", "file", "CSV file with one sample per line [default: standard output]");
        Option<string> image = Values.Text(
            "--image", "file", $"PNG file with the samples as images, up to {MaxImages} of them, of a generator of digits");
        Option<bool> quiet = Values.Flag("--quiet", "errors only, and the samples", "-q");
        (model.Required, count.Required) = (true, true);
        var command = new CommandWithExamples(
            "generate",
            "Draws samples of a trained generator, from the file with its model that the run left in the store.",
            new Example("stein generate --model model.json --count 1000 --out samples.csv", "a thousand samples"),
            new Example("stein generate --model model.json --count 64 --seed 1 --image digits.png", "images too; CSV on standard output"));
        command.AddShared([model, count, seed, output, image, quiet]);
        command.SetAction(parsed => Run(
            parsed.GetRequiredValue(model),
            parsed.GetRequiredValue(count)!.Value,
            parsed.GetRequiredValue(seed)!.Value,
            parsed.GetValue(output) is "-" ? null : parsed.GetValue(output),
            parsed.GetValue(image),
            parsed.GetValue(quiet),
            interruption));
        return command;
    }

    private static int Run(string path, int count, uint seed, string? output, string? image, bool isQuiet, Interruption interruption)
    {
        if (count is < 1 or > MaxCount)
            throw new UsageException($"--count {count}: it must be 1 to {MaxCount}");
        if (output is not null)
            OutputFile.Require("--out", output, ("--model", path), ("--image", image));
        if (image is not null)
            OutputFile.Require("--image", image, ("--model", path));
        if (image is not null && !image.EndsWith(".png", StringComparison.OrdinalIgnoreCase))
            throw new UsageException($"--image {image}: it is written as PNG. Give a name that ends in .png.");
        SamplerModel model = Read(path);
        if (image is not null && model.Dimension != DigitImages.Dimension)
        {
            throw new UsageException(
                $"--image {image}: the samples of --model {path} have {model.Dimension} coordinates, and images have "
                + $"{DigitImages.Dimension}. Leave it out.");
        }

        interruption.WaitFor(() => Write(model, count, seed, output, image));
        if (!isQuiet)
        {
            Console.Error.WriteLine(
                $"{count} samples with {model.Dimension} coordinates, seed {seed}"
                + string.Concat(new[] { output, image }.OfType<string>().Select(file => $"; {file} is written")));
        }

        return ExitCode.Success;
    }

    private static bool Write(SamplerModel model, int count, uint seed, string? output, string? image)
    {
        double[] samples;
        using (Device device = DeviceCatalog.Create(DeviceName))
            samples = model.Draw(device, count, seed);
        Action<Stream> csv = RunSamples.File("", samples, model.Dimension).Write;
        if (image is not null)
        {
            double[][] drawn = [.. samples.Chunk(model.Dimension).Take(MaxImages)];
            var figure = new Figure(
                "", "", new Axis(""), new Axis(""), [HeatMap.Images(DigitImages.Pictures(drawn), Math.Min(PerRow, drawn.Length))])
            {
                IsFrameless = true,
            };
            AtomicFile.WriteAllBytes(image, Canvas.Png(FigureDrawing.Draw(figure)));
        }

        if (output is not null)
        {
            AtomicFile.Write(output, csv);
            return true;
        }

        using Stream pipe = Console.OpenStandardOutput();
        csv(pipe);
        return true;
    }

    private static SamplerModel Read(string path)
    {
        if (!File.Exists(path))
        {
            string what = Directory.Exists(path) ? $"it is a folder. Give {SamplerModel.FileName} in it" : "there is no such file";
            throw new UsageException(
                $"--model {path}: {what}. A run of stein generator-digits leaves {SamplerModel.FileName} in its folder of the store.");
        }

        try
        {
            return SamplerModel.Read(path);
        }
        catch (InvalidDataException exception)
        {
            throw new UsageException(
                $"--model {path}: {exception.Message}. Give {SamplerModel.FileName} of a run of stein generator-digits.", exception);
        }
    }
}

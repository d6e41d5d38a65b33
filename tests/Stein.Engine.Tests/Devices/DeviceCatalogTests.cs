using Stein.Engine.Devices;
using Stein.Engine.Devices.Discovery;
using Stein.Engine.Tests.Testing;
using Stein.Engine.Text;
using Xunit;

namespace Stein.Engine.Tests.Devices;

public sealed class DeviceCatalogTests
{
    [Fact]
    public void The_list_has_every_name_once_with_a_description()
    {
        IReadOnlyList<DeviceStatus> list = DeviceCatalog.List();
        Assert.Equal(["auto", "simd", "simd-double", "cuda", "opencl", "ilgpu-cpu", "double"], list.Select(status => status.Name));
        Assert.All(list, status => Assert.NotEmpty(status.Description));
        Assert.True(list.Single(status => status.Name == "ilgpu-cpu").Available);
        Assert.True(list.Single(status => status.Name == "simd").Available);
    }

    [Theory]
    [InlineData("cudda", "cuda")]
    [InlineData("OpenCL", "opencl")]
    [InlineData("ilgpu", "ilgpu-cpu")]
    public void The_error_for_an_unknown_name_suggests_the_closest_and_lists_all(string name, string closest)
    {
        ArgumentException exception = Assert.Throws<ArgumentException>(() => DeviceCatalog.Create(name));
        Assert.Contains($"'{name}'", exception.Message, StringComparison.Ordinal);
        Assert.Contains($"did you mean '{closest}'", exception.Message, StringComparison.Ordinal);
        Assert.Contains("auto, simd, simd-double, cuda, opencl, ilgpu-cpu, double", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cuda")]
    [InlineData("opencl")]
    public void The_error_for_an_unavailable_device_says_why_and_what_is_available(string name)
    {
        DeviceStatus status = DeviceCatalog.List().Single(candidate => candidate.Name == name);
        if (status.Available)
            Assert.Skip($"this machine has {name}: {status.Description}");
        DeviceUnavailableException exception = Assert.Throws<DeviceUnavailableException>(() => DeviceCatalog.Create(name));
        Assert.Contains($"'{name}' is not available: no ", exception.Message, StringComparison.Ordinal);
        Assert.Contains("simd", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cuda")]
    [InlineData("opencl")]
    [InlineData("ilgpu-cpu")]
    public void A_matrix_in_the_memory_of_another_device_is_refused(string name)
    {
        using DeviceLoan loan = TestDevices.Rent(name);
        using DeviceLoan other = TestDevices.Rent(name);
        ArgumentException exception = Assert.Throws<ArgumentException>(
            () => loan.Device.Transpose(loan.Device.Allocate(1, 1), other.Device.Allocate(1, 1)));
        Assert.Contains("copy it with Read and Upload", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "", 0)]
    [InlineData("", "abc", 3)]
    [InlineData("kitten", "sitting", 3)]
    [InlineData("cudda", "cuda", 1)]
    public void Edit_distance_counts_insertions_deletions_and_replacements(string first, string second, int distance)
    {
        Assert.Equal(distance, EditDistance.Between(first, second));
        Assert.Equal(distance, EditDistance.Between(second, first));
    }
}

using System.Runtime.CompilerServices;
using ILGPU;

// ILGPU emits launchers, and the kernels of its CPU accelerator, into a dynamic assembly that calls this one.
[assembly: InternalsVisibleTo(Context.RuntimeAssemblyName)]

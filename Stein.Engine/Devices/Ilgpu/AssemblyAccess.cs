using System.Runtime.CompilerServices;
using ILGPU;

// Launchers and the kernels of the CPU accelerator are emitted into an assembly of ILGPU's, which calls ours.
[assembly: InternalsVisibleTo(Context.RuntimeAssemblyName)]

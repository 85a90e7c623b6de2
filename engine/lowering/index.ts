// Each file registers the kernels of one family.
import './elementwise.ts'
import './reduction.ts'
import './shape.ts'
import './indexing.ts'
import './matmul.ts'
import './convolution.ts'
import './pooling.ts'
import './normalization.ts'
import './resize.ts'

export { findLowering, loweredKernels, type KernelInputs, type Lowering } from './registry.ts'

import { describeVectorIndexContract } from '@test/vector-index-contract/vector-index-contract';
import { ExactVectorIndex } from './exact-vector-index';

describeVectorIndexContract('The exact index', (dimension) => new ExactVectorIndex(dimension));

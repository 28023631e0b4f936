export { buildingTypeNamed } from './building-type';
export * from './detail-fields';
export * from './entity-key';
export {
  type DetailProblem,
  type NormalisedDetail,
  looksLikeDate,
  normaliseDetail,
} from './normalise-detail';
export * from './normalise-details';
export * from './parse-caption';

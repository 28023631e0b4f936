export * from './call';
export * from './decode';
export * from './hear-tones';
export * from './match-words';
export * from './said-words';
export * from './synthesise';
export * from './wav-file';
export * from './words';

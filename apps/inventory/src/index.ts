export { type StockLevel, stockLevelProjection } from './read-models/stock-level/stock-level.ts';

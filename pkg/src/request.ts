/** temporary */
export interface Request { model: string; messages: object[] }

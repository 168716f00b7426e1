export function iconNames(text: string): string[];
export function iconSprite(listPath: string): string;

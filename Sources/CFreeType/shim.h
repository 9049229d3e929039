// FreeType draws the letters, fontconfig finds the font.
#pragma once
#include <ft2build.h>
#include FT_FREETYPE_H
#include <fontconfig/fontconfig.h>

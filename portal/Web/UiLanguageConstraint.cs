using Wir.Portal.Language;

namespace Wir.Portal.Web;

/// <summary>Route constraint <c>:ui</c>: a language of the platform. Other first segments are no page.</summary>
public sealed class UiLanguageConstraint : IRouteConstraint
{
    public bool Match(HttpContext? httpContext, IRouter? route, string routeKey, RouteValueDictionary values, RouteDirection routeDirection) =>
        UiLanguage.Find(values[routeKey]?.ToString()) is not null;
}
